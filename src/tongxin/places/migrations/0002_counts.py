from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="site", name="counts", field=models.JSONField(default=dict, verbose_name="床位和接线位"),
        ),
    ]
