import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0002_initial"),
    ]

    operations = [
        # A primary key of two columns cannot be made out of another; there are no rows.
        migrations.DeleteModel("UploadRow"),
        migrations.AddField(
            "uploadbatch", "fields", models.JSONField(default=list)
        ),
        migrations.AddField(
            "sale",
            "content",
            models.UUIDField(
                editable=False,
                help_text="A hash of the row it came from.",
                null=True,
            ),
        ),
        migrations.AddField(
            "repair",
            "content",
            models.UUIDField(
                editable=False,
                help_text="A hash of the row it came from.",
                null=True,
            ),
        ),
        migrations.AlterField(
            "vehicle",
            "colour",
            models.CharField(blank=True, max_length=60, verbose_name="colour"),
        ),
        migrations.AlterField(
            "vehicle",
            "engine_no",
            models.CharField(blank=True, max_length=40, verbose_name="engine number"),
        ),
        migrations.AlterField(
            "vehicle",
            "model",
            models.CharField(blank=True, max_length=100, verbose_name="model"),
        ),
        migrations.CreateModel(
            name="UploadRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        help_text="Line in the file, from 1.", verbose_name="row"
                    ),
                ),
                (
                    "cells",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("content", models.UUIDField(help_text="A hash of the values.")),
                ("person", models.PositiveIntegerField(default=0)),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("changed", "changed"),
                            ("unchanged", "unchanged"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("errors", models.JSONField(default=list)),
                ("warnings", models.JSONField(default=list)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="crm.uploadbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload row",
                "verbose_name_plural": "upload rows",
                "ordering": ["batch_id", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            models.Q(("errors", []), _negated=True),
                            models.Q(("warnings", []), _negated=True),
                            _connector="OR",
                        ),
                        fields=["batch", "number"],
                        name="row_with_problems",
                    )
                ],
            },
        ),
    ]
