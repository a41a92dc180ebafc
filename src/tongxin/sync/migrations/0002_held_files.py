from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial")]

    operations = [
        migrations.AddField("blob", "held_at", models.DateTimeField("待核对起", null=True)),
        migrations.AddField("blob", "child_id", models.UUIDField("儿童", null=True)),
        migrations.AddField("blob", "settled_at", models.DateTimeField("处理时间", null=True)),
        migrations.AddField("blob", "settled_by", models.UUIDField("处理人", null=True)),
        migrations.AddField("blob", "settled_post", models.UUIDField("处理岗位", null=True)),
        migrations.AddField("blob", "outcome", models.CharField(
            "结果", max_length=12, choices=[("recorded", "已登记"), ("put_aside", "已搁置")], default="",
        )),
    ]
