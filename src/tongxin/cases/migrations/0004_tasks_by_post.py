from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0003_filtered_lists"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["post_id", "state", "due_at", "id"], name="task_post"),
        ),
    ]
