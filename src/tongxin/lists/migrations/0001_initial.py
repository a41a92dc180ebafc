from django.db import migrations, models

import tongxin.lib.ids


class Migration(migrations.Migration):

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.UUIDField(default=tongxin.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField(verbose_name="保存人")),
                ("post_id", models.UUIDField(verbose_name="保存岗位")),
                ("query", models.CharField(max_length=300, verbose_name="筛选条件")),
                ("is_shared", models.BooleanField(default=False, verbose_name="给下级岗位共用")),
                ("created_at", models.DateTimeField(verbose_name="保存时间")),
            ],
            options={
                "verbose_name": "常用筛选",
                "indexes": [models.Index(fields=["post_id", "is_shared"], name="view_shared")],
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "post_id", "query"), name="view_once"),
                ],
            },
        ),
    ]
