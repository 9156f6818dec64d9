from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from standards import defaults


def load_defaults(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    defaults.load(apps)


class Migration(migrations.Migration):
    dependencies = [("standards", "0004_daily_file")]

    operations = [migrations.RunPython(load_defaults, migrations.RunPython.noop)]
