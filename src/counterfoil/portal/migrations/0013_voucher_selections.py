import uuid

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0012_handovers"),
    ]

    operations = [
        migrations.CreateModel(
            name="VoucherSelection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("made_by", models.CharField(max_length=128)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.CharField(max_length=120)),
                ("file_key", models.BinaryField(max_length=32)),
                ("act", models.CharField(max_length=20)),
                ("vouchers", models.IntegerField()),
                ("serials", models.BinaryField()),
                ("problems", models.JSONField(default=list)),
                ("command_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "voucher_selection",
                "indexes": [
                    models.Index(fields=["issuer_id", "file_key"], name="voucher_selection_file"),
                    models.Index(
                        condition=models.Q(("command_id__isnull", True)),
                        fields=["made_at"],
                        name="voucher_selection_unsent",
                    ),
                ],
            },
        ),
    ]
