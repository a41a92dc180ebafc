from django.db import migrations

from tongxin.ledger import guards


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # Checks of foreign keys that wait for the end of the transaction would block ALTER TABLE.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        statements = [
            *guards.postgresql_horizon(), guards.postgresql_refusal(), *guards.postgresql_guards(guards.FIRST),
        ]
    else:
        statements = guards.sqlite_guards(guards.FIRST)
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(guard)]
