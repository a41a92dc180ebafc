from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="result", index=models.Index(fields=["kind", "child_id"], name="result_kind"),
        ),
    ]
