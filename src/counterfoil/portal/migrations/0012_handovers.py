import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0011_purchases"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandoverList",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("organisation_id", models.IntegerField()),
                ("allocation_id", models.IntegerField(null=True)),
                ("reason", models.CharField(default="", max_length=400)),
                ("people", models.IntegerField()),
                ("at_once", models.BooleanField(default=True)),
                ("file_key", models.BinaryField(max_length=32, null=True)),
                (
                    "file_kind",
                    models.CharField(
                        choices=[
                            ("cards", "Cards to print (PDF)"),
                            ("sheet", "A list to open in Excel or LibreOffice"),
                        ],
                        default="cards",
                        max_length=8,
                    ),
                ),
                ("wrapped_key", models.BinaryField(null=True)),
                ("wrong_tries", models.IntegerField(default=0)),
                ("fetching_since", models.DateTimeField(null=True)),
                ("begun_by", models.CharField(max_length=128)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_by", models.CharField(default="", max_length=128)),
                ("sent_at", models.DateTimeField(null=True)),
                ("fetched_by", models.CharField(default="", max_length=128)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("lost_at", models.DateTimeField(null=True)),
                ("settled", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "handover_list",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", False)),
                        fields=["issuer_id", "organisation_id", "-sent_at", "id"],
                        name="handover_list_listed",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at__isnull", False)),
                        fields=["issuer_id", "organisation_id", "file_key"],
                        name="handover_list_file",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=["begun_at"],
                        name="handover_list_not_sent",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at__isnull", False), ("settled", False)),
                        fields=["sent_at"],
                        name="handover_list_unsettled",
                    ),
                    models.Index(
                        condition=models.Q(("wrapped_key__isnull", False)),
                        fields=["sent_at"],
                        name="handover_list_with_key",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("file_kind__in", ["cards", "sheet"])),
                        name="handover_list_file_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("people__gt", 0)), name="handover_list_people"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wrong_tries__gte", 0)),
                        name="handover_list_wrong_tries",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wrapped_key__isnull", True),
                            models.Q(
                                ("fetched_at__isnull", True),
                                ("lost_at__isnull", True),
                                ("sent_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="handover_list_key_kept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoverPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.IntegerField()),
                ("position", models.IntegerField(null=True)),
                ("issuer_id", models.IntegerField()),
                ("organisation_id", models.IntegerField()),
                ("reference_key", models.BinaryField(max_length=32)),
                ("sealed", models.BinaryField()),
                (
                    "repeats",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_list", "stands in the list before"),
                            ("has_one", "has one of these vouchers already"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("replaces", models.BigIntegerField(null=True)),
                ("serial", models.BigIntegerField(null=True)),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="portal.handoverlist",
                    ),
                ),
            ],
            options={
                "db_table": "handover_person",
                "indexes": [
                    models.Index(
                        fields=["issuer_id", "organisation_id", "reference_key"],
                        name="handover_person_reference",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("handover", "line"), name="handover_person_line"
                    ),
                    models.UniqueConstraint(
                        fields=("handover", "position"), name="handover_person_position"
                    ),
                    models.UniqueConstraint(
                        fields=("issuer_id", "serial"), name="handover_person_serial"
                    ),
                ],
            },
        ),
    ]
