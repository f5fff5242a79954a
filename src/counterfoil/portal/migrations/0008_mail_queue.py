from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_settings"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="issuer_id",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="last_error",
            field=models.CharField(default="", max_length=80),
        ),
        migrations.AddField(
            model_name="mail",
            name="next_try_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="status",
            field=models.CharField(
                choices=[
                    ("kept", "In the local outbox"),
                    ("queued", "Waits to be sent"),
                    ("sent", "Sent"),
                    ("failed", "Not taken"),
                ],
                default="kept",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="tries",
            field=models.IntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("status", "queued")), fields=["next_try_at"], name="mail_queued"
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("status", "failed")),
                fields=["issuer_id", "-id"],
                name="mail_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["kept", "queued", "sent", "failed"])),
                name="mail_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(("tries__gte", 0)), name="mail_tries"
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_try_at__isnull", False), ("status", "queued")),
                    models.Q(
                        models.Q(("status", "queued"), _negated=True), ("next_try_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="mail_queued_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("status", "sent")),
                    models.Q(
                        models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="mail_sent_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["sent", "failed"]), _negated=True),
                    ("body", ""),
                    _connector="OR",
                ),
                name="mail_over_has_no_body",
            ),
        ),
    ]
