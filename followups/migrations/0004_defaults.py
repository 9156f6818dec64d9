from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from followups.defaults import load


def load_defaults(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    load(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0003_promises_and_rounds"),
        ("standards", "0003_defaults"),
    ]

    operations = [migrations.RunPython(load_defaults, migrations.RunPython.noop)]
