from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("exports", "0003_recall_owner"),
    ]

    operations = [
        migrations.AddField(
            model_name="export", name="run", field=models.UUIDField(null=True, verbose_name="正在生成的一次"),
        ),
        migrations.AddField(
            model_name="export", name="moved_at", field=models.DateTimeField(null=True, verbose_name="上次有进展"),
        ),
        migrations.AddField(
            model_name="included", name="bound_at", field=models.DateTimeField(null=True, verbose_name="成册时间"),
        ),
        migrations.AddField(
            model_name="included", name="size", field=models.IntegerField(default=0, verbose_name="大小"),
        ),
        migrations.AddField(
            model_name="included", name="failed",
            field=models.CharField(default="", max_length=16, verbose_name="没有成册"),
        ),
    ]
