from django.db import migrations, models

from tongxin.people import token_table


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ChildToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("child_id", models.UUIDField(unique=True, verbose_name="儿童")),
                ("number", models.BigIntegerField(db_index=True, null=True, verbose_name="证件号码标记")),
            ],
            options={"verbose_name": "检索标记"},
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(
                    lambda apps, editor: token_table.create_marks(editor),
                    lambda apps, editor: token_table.drop_marks(editor),
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="ChildMarks",
                    fields=[
                        ("row", models.BigIntegerField(db_column="rowid", primary_key=True, serialize=False)),
                        ("marks", token_table.MarksField(verbose_name="标记")),
                    ],
                    options={"verbose_name": "检索标记集", "db_table": "people_childmarks"},
                )
            ],
        ),
    ]
