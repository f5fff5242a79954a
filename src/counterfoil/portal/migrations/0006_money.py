import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_designs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                ("command_id", models.UUIDField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="portal.upload",
                    ),
                ),
            ],
            options={
                "db_table": "evidence",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "command_id"), name="evidence_of_one_command"
                    )
                ],
            },
        ),
    ]
