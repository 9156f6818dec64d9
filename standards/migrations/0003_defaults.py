from django.db import migrations

from standards import defaults


def forwards(apps, schema_editor):
    defaults.load(apps)


class Migration(migrations.Migration):
    dependencies = [("standards", "0002_calendar_revision")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
