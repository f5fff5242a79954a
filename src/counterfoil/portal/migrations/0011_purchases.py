import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0010_organisations"),
    ]

    operations = [
        migrations.CreateModel(
            name="CancellationTold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                ("bulk_id", models.IntegerField()),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "cancellation_told",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "bulk_id"), name="cancellation_told_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                ("issuer_id", models.IntegerField(primary_key=True, serialize=False)),
                ("legal_name", models.CharField(default="", max_length=120)),
                ("address", models.CharField(default="", max_length=400)),
                ("tax_id", models.CharField(default="", max_length=40)),
                ("contact", models.CharField(default="", max_length=200)),
                ("how_to_pay", models.CharField(default="", max_length=400)),
                ("version", models.IntegerField(default=0)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_by", models.CharField(default="", max_length=128)),
            ],
            options={
                "db_table": "letterhead",
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("organisation_id", models.IntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pro_forma", "Pro-forma invoice"),
                            ("receipt", "Receipt"),
                            ("commission", "Commission invoice"),
                            ("credit_note", "Credit note"),
                        ],
                        max_length=20,
                    ),
                ),
                ("number", models.IntegerField()),
                ("subject", models.CharField(max_length=80)),
                ("about", models.CharField(default="", max_length=80)),
                ("language", models.CharField(max_length=10)),
                ("content", models.JSONField()),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "paper",
                "indexes": [
                    models.Index(fields=["issuer_id", "about"], name="paper_about"),
                    models.Index(
                        fields=["issuer_id", "organisation_id", "issued_at"],
                        name="paper_of_organisation",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "kind", "number"), name="paper_number"
                    ),
                    models.UniqueConstraint(
                        fields=("issuer_id", "kind", "subject"), name="paper_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="paper_numbered"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Purchase",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("organisation_id", models.IntegerField()),
                ("funding_account_id", models.IntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("number", models.IntegerField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("requested", "Requested"),
                            ("holding", "Stock is being held"),
                            ("quoted", "Quoted"),
                            ("proof", "Proof of payment sent"),
                            ("recorded", "Payment waits for approval"),
                            ("allocating", "Approved, being allocated"),
                            ("allocated", "Allocated"),
                            ("returned", "Returned for correction"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("note", models.CharField(default="", max_length=400)),
                ("told", models.CharField(default="", max_length=400)),
                ("sale_id", models.UUIDField(null=True)),
                ("command_id", models.UUIDField(null=True)),
                ("quote_until", models.DateTimeField(null=True)),
                ("total_minor", models.BigIntegerField(default=0)),
                ("commission_minor", models.BigIntegerField(default=0)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("waits_since", models.DateTimeField(null=True)),
                ("made_by", models.CharField(max_length=128)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_by", models.CharField(max_length=128)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "purchase",
                "indexes": [
                    models.Index(
                        fields=["issuer_id", "organisation_id", "number"],
                        name="purchase_of_organisation",
                    ),
                    models.Index(
                        fields=["issuer_id", "status", "number"], name="purchase_of_status"
                    ),
                    models.Index(
                        fields=["issuer_id", "total_minor", "number"], name="purchase_by_amount"
                    ),
                    models.Index(
                        condition=models.Q(("waits_since__isnull", False)),
                        fields=["issuer_id", "waits_since", "number"],
                        name="purchase_waits",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "status__in",
                                (
                                    "holding",
                                    "quoted",
                                    "proof",
                                    "returned",
                                    "recorded",
                                    "allocating",
                                ),
                            )
                        ),
                        fields=["issuer_id", "changed_at"],
                        name="purchase_followed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("issuer_id", "number"), name="purchase_number"),
                    models.UniqueConstraint(
                        fields=("issuer_id", "sale_id"), name="purchase_of_sale"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "draft")),
                        fields=("issuer_id", "organisation_id", "funding_account_id"),
                        name="one_draft_of_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "requested",
                                    "holding",
                                    "quoted",
                                    "proof",
                                    "recorded",
                                    "allocating",
                                    "allocated",
                                    "returned",
                                    "rejected",
                                    "cancelled",
                                    "expired",
                                ],
                            )
                        ),
                        name="purchase_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number__isnull", True), ("status", "draft")),
                            models.Q(
                                models.Q(("status", "draft"), _negated=True), ("number__gt", 0)
                            ),
                            _connector="OR",
                        ),
                        name="purchase_numbered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "status__in",
                                    [
                                        "holding",
                                        "quoted",
                                        "proof",
                                        "recorded",
                                        "allocating",
                                        "allocated",
                                    ],
                                ),
                                _negated=True,
                            ),
                            ("sale_id__isnull", False),
                            _connector="OR",
                        ),
                        name="purchase_has_a_sale",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseProof",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("amount_minor", models.BigIntegerField()),
                ("bank_reference", models.CharField(max_length=120)),
                ("reference_key", models.CharField(max_length=120)),
                ("paid_on", models.DateField()),
                ("sent_by", models.CharField(max_length=128)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "purchase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proofs",
                        to="portal.purchase",
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.upload",
                    ),
                ),
            ],
            options={
                "db_table": "purchase_proof",
            },
        ),
        migrations.CreateModel(
            name="PurchasePayment",
            fields=[
                ("command_id", models.UUIDField(primary_key=True, serialize=False)),
                ("issuer_id", models.IntegerField()),
                ("funding_account_id", models.IntegerField()),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("bank_reference", models.CharField(default="", max_length=120)),
                ("reference_key", models.CharField(default="", max_length=120)),
                ("value_date", models.DateField(null=True)),
                (
                    "when_short",
                    models.CharField(
                        choices=[("part", "Part"), ("provision", "Provision")],
                        default="part",
                        max_length=10,
                    ),
                ),
                ("takes_part", models.BooleanField(default=False)),
                ("made_by", models.CharField(max_length=128)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "ended",
                    models.CharField(
                        choices=[("", "None"), ("approved", "Approved"), ("refused", "Refused")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "purchase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payments",
                        to="portal.purchase",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.purchaseproof",
                    ),
                ),
            ],
            options={
                "db_table": "purchase_payment",
            },
        ),
        migrations.CreateModel(
            name="PurchaseStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(max_length=20)),
                ("side", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=128)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(default="", max_length=400)),
                ("once", models.UUIDField(null=True)),
                (
                    "purchase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="portal.purchase",
                    ),
                ),
            ],
            options={
                "db_table": "purchase_step",
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("last", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "series",
                "constraints": [
                    models.UniqueConstraint(fields=("issuer_id", "kind"), name="series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.IntegerField()),
                ("group_code", models.CharField(max_length=40)),
                ("group_version", models.IntegerField()),
                ("name", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("quantity", models.IntegerField()),
                (
                    "purchase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="portal.purchase",
                    ),
                ),
            ],
            options={
                "db_table": "purchase_line",
                "ordering": ["line"],
                "constraints": [
                    models.UniqueConstraint(fields=("purchase", "line"), name="purchase_line_once"),
                    models.UniqueConstraint(
                        fields=("purchase", "group_code", "amount_minor"),
                        name="purchase_line_of_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("quantity__gt", 0)),
                        name="purchase_line_of_something",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="purchaseproof",
            index=models.Index(fields=["issuer_id", "digest"], name="purchase_proof_of_digest"),
        ),
        migrations.AddIndex(
            model_name="purchaseproof",
            index=models.Index(
                fields=["issuer_id", "reference_key"], name="purchase_proof_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseproof",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("purchase",),
                name="one_proof_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseproof",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="purchase_proof_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="purchasepayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("reference_key", ""), _negated=True),
                    models.Q(("ended", "refused"), _negated=True),
                ),
                fields=("issuer_id", "funding_account_id", "reference_key"),
                name="purchase_paid_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchasepayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended", "refused"), _negated=True),
                fields=("purchase",),
                name="one_payment_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchasepayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor", 0), ("bank_reference", "")),
                    models.Q(
                        ("amount_minor__gt", 0), models.Q(("bank_reference", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="purchase_payment_referenced",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchasestep",
            constraint=models.UniqueConstraint(
                fields=("purchase", "once"), name="purchase_step_once"
            ),
        ),
    ]
