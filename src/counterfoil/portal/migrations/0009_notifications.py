import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What people are told of places where they still have a role: of all others they know nothing.
_HERE = """
CREATE VIEW portal.notification_here AS
SELECT n.*
FROM portal.notification AS n
WHERE
    (
        n.audience IN ('office', 'person')
        AND EXISTS (
            SELECT 1
            FROM portal.portal_roleassignment AS r
            WHERE
                r.person_id = n.person_id
                AND (r.issuer_id = n.issuer_id OR r.issuer_id IS NULL)
        )
    )
    OR (
        n.audience = 'organisation'
        AND EXISTS (
            SELECT 1
            FROM portal.portal_organisationrole AS r
            WHERE
                r.person_id = n.person_id
                AND r.issuer_id = n.issuer_id
                AND r.organisation_id = n.place_id
        )
    )
    OR (
        n.audience = 'shop'
        AND EXISTS (
            SELECT 1
            FROM portal.portal_acceptorrole AS r
            WHERE
                r.person_id = n.person_id
                AND r.issuer_id = n.issuer_id
                AND r.acceptor_id = n.place_id
        )
    )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0008_mail_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommandToTell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                ("command_id", models.UUIDField()),
            ],
            options={
                "db_table": "command_to_tell",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "command_id"), name="command_told_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                ("group_code", models.CharField(max_length=64)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "stock_low",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "group_code"), name="stock_low_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer_id", models.IntegerField()),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("office", "Issuer"),
                            ("organisation", "Organisation"),
                            ("shop", "Merchant or agent"),
                            ("person", "You"),
                        ],
                        max_length=12,
                    ),
                ),
                ("place_id", models.IntegerField(null=True)),
                ("kind", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=128)),
                ("key", models.CharField(default="", max_length=64)),
                ("parameters", models.JSONField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(null=True)),
                ("in_digest", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notification",
                "indexes": [
                    models.Index(fields=["person", "-id"], name="notification_listed"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["person"],
                        name="notification_unread",
                    ),
                    models.Index(
                        condition=models.Q(("in_digest", True)),
                        fields=["person", "at"],
                        name="notification_in_digest",
                    ),
                    models.Index(fields=["at"], name="notification_at"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer_id", "subject", "kind", "key", "person"),
                        name="notification_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audience__in", ["office", "organisation", "shop", "person"])
                        ),
                        name="notification_audience_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("audience__in", ["organisation", "shop"]),
                                ("place_id__isnull", False),
                            ),
                            models.Q(
                                ("audience__in", ["office", "person"]), ("place_id__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="notification_place",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                (
                    "by_mail",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("digest", "Once a day"),
                            ("never", "No mail"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notification_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notification_choice",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "kind"), name="notification_chosen_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_mail__in", ["at_once", "digest", "never"])),
                        name="notification_by_mail_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_HERE, "DROP VIEW portal.notification_here"),
    ]
