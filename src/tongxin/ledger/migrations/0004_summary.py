from django.db import migrations, models

from tongxin.ledger import guards


def guard(apps, schema_editor):
    made = guards.postgresql_guards if schema_editor.connection.vendor == "postgresql" else guards.sqlite_guards
    for statement in made([guards.SUMMARY]):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_set_aside")]
    operations = [
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.BigIntegerField(verbose_name="起始批次")),
                ("last", models.BigIntegerField(verbose_name="末尾批次")),
                ("profile", models.CharField(max_length=32, verbose_name="读法")),
                ("digest", models.BinaryField(verbose_name="摘要")),
                ("signature", models.BinaryField(verbose_name="签名")),
                ("proved_at", models.DateTimeField(verbose_name="核验时间")),
            ],
            options={
                "verbose_name": "成批摘要",
                "constraints": [models.UniqueConstraint(fields=("profile", "first"), name="summary_once")],
            },
        ),
        migrations.RunPython(guard),
    ]
