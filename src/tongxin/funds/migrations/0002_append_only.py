from django.db import migrations

from tongxin.ledger import guards


def guard(apps, schema_editor):
    made = guards.postgresql_refusals if schema_editor.connection.vendor == "postgresql" else guards.sqlite_guards
    for statement in made(guards.BOOK):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [migrations.RunPython(guard)]
