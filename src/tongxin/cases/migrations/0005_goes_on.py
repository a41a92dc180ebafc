from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_tasks_by_post")]

    operations = [
        migrations.AddField("case", "goes_on", models.UUIDField(db_index=True, null=True, verbose_name="接着用的档案")),
    ]
