from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funds", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="grant", name="listed_by", field=models.UUIDField(null=True, verbose_name="谁加的")
        ),
    ]
