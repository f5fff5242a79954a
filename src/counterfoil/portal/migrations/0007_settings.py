import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0006_money"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalSettings",
            fields=[
                ("issuer_id", models.IntegerField(primary_key=True, serialize=False)),
                ("language", models.CharField(default="en", max_length=10)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("merchants_apply", models.BooleanField(default=True)),
                ("version", models.IntegerField(default=0)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_by", models.CharField(default="", max_length=128)),
            ],
            options={
                "db_table": "portal_settings",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 0)), name="portal_settings_version"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="trailentry",
            index=models.Index(fields=["issuer_id", "-at", "-id"], name="trail_by_time"),
        ),
        migrations.AddIndex(
            model_name="trailentry",
            index=models.Index(fields=["issuer_id", "actor", "-at", "-id"], name="trail_of_actor"),
        ),
        migrations.AddIndex(
            model_name="trailentry",
            index=models.Index(fields=["issuer_id", "event", "-at", "-id"], name="trail_of_event"),
        ),
    ]
