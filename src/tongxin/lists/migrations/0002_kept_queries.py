import django.db.models.deletion
from django.db import migrations, models

import tongxin.lib.ids
import tongxin.vault.fields


class Migration(migrations.Migration):

    dependencies = [("accounts", "0005_refusal"), ("lists", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptQuery",
            fields=[
                ("id", models.UUIDField(default=tongxin.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField(verbose_name="保存人")),
                ("post_id", models.UUIDField(verbose_name="保存岗位")),
                ("created_at", models.DateTimeField(verbose_name="保存时间")),
                ("division", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.division")),
            ],
            options={
                "verbose_name": "自选统计",
                "indexes": [models.Index(fields=["division", "created_at"], name="kept_query_of_place")],
            },
        ),
        migrations.CreateModel(
            name="KeptQueryVersion",
            fields=[
                ("id", models.UUIDField(default=tongxin.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", tongxin.vault.fields.SealedField(null=True, verbose_name="名称")),
                ("asked", models.JSONField(verbose_name="问什么")),
                ("is_shared", models.BooleanField(default=False, verbose_name="给本区县的岗位共用")),
                ("is_removed", models.BooleanField(default=False, verbose_name="已删去")),
                ("person_id", models.UUIDField(verbose_name="谁")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("query", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="lists.keptquery")),
            ],
            options={
                "verbose_name": "自选统计的版本",
                "indexes": [models.Index(fields=["query", "at"], name="version_of_query")],
            },
        ),
    ]
