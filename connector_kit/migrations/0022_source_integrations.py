import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connector_kit", "0021_refused_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceIntegration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "integration_id",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="_id in the publisher's account; empty until it is made",
                        max_length=24,
                    ),
                ),
                (
                    "ids",
                    models.JSONField(
                        db_default={},
                        default=dict,
                        help_text="the ids of its documents, by component",
                    ),
                ),
                (
                    "begun",
                    models.JSONField(
                        db_default=[],
                        default=list,
                        help_text="versions that it was to hold since, and may hold in part; oldest first",
                    ),
                ),
                (
                    "problem",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="why it could not be brought to the default release; empty: it could",
                    ),
                ),
                (
                    "busy_until",
                    models.DateTimeField(
                        help_text="until then no other process may write it", null=True
                    ),
                ),
                (
                    "connector",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source_integration",
                        to="connector_kit.connector",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        help_text="what it holds in full",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="connector_kit.release",
                    ),
                ),
            ],
        ),
    ]
