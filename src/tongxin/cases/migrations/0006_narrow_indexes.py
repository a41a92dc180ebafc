from django.db import migrations, models

NAME = "cases_case_goes_on_065e7c76"


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0005_goes_on"),
    ]

    operations = [
        # By hand: to alter the field SQLite would make the table anew.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {NAME}", f"CREATE INDEX {NAME} ON cases_case (goes_on)"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="case", name="goes_on",
                    field=models.UUIDField(null=True, verbose_name="接着用的档案"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["goes_on"], condition=models.Q(goes_on__isnull=False), name="case_goes_on",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["step", "state", "due_at"], name="task_step"),
        ),
    ]
