import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_uploads"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankChange",
            fields=[
                ("command_id", models.UUIDField(primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("acceptor_id", models.IntegerField()),
                ("addresses", models.JSONField()),
                ("prepared_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended", models.CharField(default="", max_length=10)),
            ],
            options={
                "db_table": "merchant_bank_change",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["issuer_id", "command_id"],
                        name="bank_change_open",
                    ),
                    models.Index(
                        fields=["issuer_id", "acceptor_id"], name="bank_change_of_acceptor"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MerchantProfile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("acceptor_id", models.IntegerField(null=True)),
                ("version", models.IntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[("merchant", "Merchant"), ("agent", "Agent")], max_length=10
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("more_information", "More information asked"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("closed", "Withdrawn"),
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
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("iban", "IBAN"),
                            ("account", "Bank account"),
                            ("wallet", "Mobile money"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("fsp", models.CharField(default="", max_length=60)),
                ("account", models.CharField(default="", max_length=40)),
                ("holder", models.CharField(default="", max_length=120)),
                ("told", models.CharField(default="", max_length=400)),
                ("owner_email", models.EmailField(default="", max_length=254)),
                ("proposal", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "merchant_profile",
                "indexes": [
                    models.Index(
                        condition=models.Q(("acceptor_id__isnull", True)),
                        fields=["issuer_id", "name", "id"],
                        name="merchant_profile_listed",
                    ),
                    models.Index(
                        condition=models.Q(("proposal__isnull", False)),
                        fields=["issuer_id", "proposal"],
                        name="merchant_profile_proposed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "acceptor_id"), name="merchant_profile_of_acceptor"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "submitted",
                                    "in_review",
                                    "more_information",
                                    "approved",
                                    "rejected",
                                    "closed",
                                ],
                            )
                        ),
                        name="merchant_profile_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["merchant", "agent"])),
                        name="merchant_profile_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scheme__in", ["", "iban", "account", "wallet"])),
                        name="merchant_profile_scheme",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acceptor_id__isnull", False), ("status", "approved")),
                            models.Q(
                                models.Q(("status", "approved"), _negated=True),
                                ("acceptor_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="merchant_profile_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MerchantDocument",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registration", "Registration certificate"),
                            ("tax", "Tax certificate"),
                            ("licence", "Trade licence"),
                            ("identity", "Identity document of the owner"),
                            ("bank", "Letter or statement of the bank"),
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
                        to="portal.merchantprofile",
                    ),
                ),
            ],
            options={
                "db_table": "merchant_document",
            },
        ),
        migrations.CreateModel(
            name="MerchantOutlet",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.IntegerField(default=1)),
                ("name", models.CharField(max_length=120)),
                ("address", models.CharField(max_length=200)),
                ("town", models.CharField(max_length=80)),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=8, null=True)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("hours", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outlets",
                        to="portal.merchantprofile",
                    ),
                ),
            ],
            options={
                "db_table": "merchant_outlet",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                            models.Q(
                                ("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))
                            ),
                            _connector="OR",
                        ),
                        name="merchant_outlet_position",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MerchantContact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.IntegerField(default=1)),
                ("name", models.CharField(max_length=120)),
                ("role", models.CharField(default="", max_length=60)),
                ("telephone", models.CharField(default="", max_length=20)),
                ("email", models.EmailField(default="", max_length=254)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="portal.merchantprofile",
                    ),
                ),
            ],
            options={
                "db_table": "merchant_contact",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("telephone", ""), _negated=True),
                            models.Q(("email", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="merchant_contact_reachable",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
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
                        to="portal.merchantprofile",
                    ),
                ),
            ],
            options={
                "db_table": "merchant_application",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "email"), name="merchant_applies_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("legal", "Legal data and documents"),
                            ("contacts", "Contacts and outlets"),
                            ("bank", "Bank data"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unverified", "Not verified yet"),
                            ("verified", "Verified"),
                            ("failed", "Not right"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by", models.CharField(max_length=128)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("note", models.CharField(default="", max_length=400)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verifications",
                        to="portal.merchantprofile",
                    ),
                ),
            ],
            options={
                "db_table": "merchant_verification",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile", "section"), name="merchant_verified_once"
                    )
                ],
            },
        ),
    ]
