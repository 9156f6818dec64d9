from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from followups import defaults


def load_defaults(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    defaults.load(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0001_initial"),
        ("standards", "0003_defaults"),
    ]

    operations = [migrations.RunPython(load_defaults, migrations.RunPython.noop)]
