import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0009_notifications"),
    ]

    operations = [
        migrations.AddField(
            model_name="portalsettings",
            name="organisations_apply",
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name="OrganisationProfile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("organisation_id", models.IntegerField(null=True)),
                ("version", models.IntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("public", "Public body"),
                            ("ngo", "Non-governmental organisation"),
                            ("company", "Company"),
                            ("other", "Another kind of organisation"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("returned", "Returned for correction"),
                            ("proposed", "Waits for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("orchestrator", "entered by the issuer"),
                            ("self", "applied by themselves"),
                            ("paper", "on paper, with someone's help"),
                            ("import", "from a file"),
                            ("api", "by a calling system"),
                        ],
                        max_length=20,
                    ),
                ),
                ("made_by", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_by", models.CharField(max_length=128)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("name", models.CharField(max_length=120)),
                ("registered_name", models.CharField(max_length=120)),
                ("country", models.CharField(default="", max_length=2)),
                ("tax_id", models.CharField(default="", max_length=40)),
                ("tax_id_checked", models.BooleanField(default=False)),
                ("contact_name", models.CharField(default="", max_length=120)),
                ("contact_email", models.EmailField(default="", max_length=254)),
                ("contact_telephone", models.CharField(default="", max_length=20)),
                ("invoice_address", models.CharField(default="", max_length=400)),
                ("invoice_email", models.EmailField(default="", max_length=254)),
                ("commission_points", models.IntegerField(default=0)),
                ("notes", models.CharField(default="", max_length=1000)),
                ("told", models.CharField(default="", max_length=400)),
                ("proposal", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "organisation_profile",
                "indexes": [
                    models.Index(
                        condition=models.Q(("organisation_id__isnull", True)),
                        fields=["issuer_id", "name", "id"],
                        name="organisation_profile_listed",
                    ),
                    models.Index(
                        condition=models.Q(("proposal__isnull", False)),
                        fields=["issuer_id", "proposal"],
                        name="organisation_proposal",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "organisation_id"), name="organisation_profile_of_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "submitted",
                                    "returned",
                                    "proposed",
                                    "approved",
                                    "rejected",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="organisation_profile_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["public", "ngo", "company", "other"])),
                        name="organisation_profile_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("commission_points__range", (0, 10000))),
                        name="organisation_profile_commission",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation_id__isnull", False), ("status", "approved")),
                            models.Q(
                                models.Q(("status", "approved"), _negated=True),
                                ("organisation_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="organisation_profile_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposal__isnull", False), ("status", "proposed")),
                            models.Q(
                                models.Q(("status", "proposed"), _negated=True),
                                ("proposal__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="organisation_profile_proposed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationDocument",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registration", "Registration certificate"),
                            ("tax", "Tax certificate"),
                            ("statutes", "Statutes"),
                            ("mandate", "Who may sign for it"),
                            ("agreement", "Agreement with the issuer"),
                            ("other", "Another document"),
                        ],
                        max_length=20,
                    ),
                ),
                ("number", models.CharField(default="", max_length=60)),
                ("expires_on", models.DateField(null=True)),
                ("added_by", models.CharField(max_length=128)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.upload",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="portal.organisationprofile",
                    ),
                ),
            ],
            options={
                "db_table": "organisation_document",
            },
        ),
        migrations.CreateModel(
            name="OrganisationApplication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(default="", max_length=10)),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("mailed_at", models.DateTimeField()),
                (
                    "profile",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="application",
                        to="portal.organisationprofile",
                    ),
                ),
            ],
            options={
                "db_table": "organisation_application",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "email"), name="organisation_applies_once"
                    )
                ],
            },
        ),
    ]
