"""The table in which all processes count how often somebody tried to sign in."""

from django.core.management import call_command
from django.db import migrations


def _make(apps, schema_editor):
    del apps
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def _drop(apps, schema_editor):
    del apps
    schema_editor.execute("DROP TABLE IF EXISTS instroom_cache")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(_make, _drop)]
