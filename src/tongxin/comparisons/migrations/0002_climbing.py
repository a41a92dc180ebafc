from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comparisons", "0001_initial")]

    operations = [
        migrations.AddField("answer", "first_post_id", models.UUIDField(null=True, verbose_name="先由哪个岗位")),
        migrations.AddField("answer", "climbed", models.SmallIntegerField(default=0, verbose_name="已上报层级")),
        migrations.AddField("answer", "ring_at", models.DateTimeField(null=True, verbose_name="下次上报")),
    ]
