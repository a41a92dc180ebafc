import django.db.models.deletion
import tongxin.lib.ids
import tongxin.vault.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.UUIDField(default=tongxin.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("group", models.CharField(max_length=12, verbose_name="分组")),
                ("children", models.IntegerField(verbose_name="儿童人数")),
                ("note", tongxin.vault.fields.SealedField(verbose_name="交接说明")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "交接说明",
            },
        ),
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("tries", models.SmallIntegerField(default=0, verbose_name="次数")),
                ("last_at", models.DateTimeField(db_index=True, verbose_name="最近一次")),
                ("paused_until", models.DateTimeField(null=True, verbose_name="暂停至")),
            ],
            options={
                "verbose_name": "登录尝试",
            },
        ),
        migrations.AddField(
            model_name="holding",
            name="followed_at",
            field=models.DateTimeField(null=True, verbose_name="已跟进"),
        ),
        migrations.AddField(
            model_name="person",
            name="conduct_hash",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="已接受的行为守则"),
        ),
        migrations.AddField(
            model_name="person",
            name="must_change_password",
            field=models.BooleanField(default=False, verbose_name="须改密码"),
        ),
        migrations.AddField(
            model_name="person",
            name="phone",
            field=tongxin.vault.fields.SealedField(null=True, verbose_name="电话"),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(fields=["followed_at", "from_at"], name="holding_begins"),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(fields=["to_at", "followed_at"], name="holding_ends"),
        ),
        migrations.AddField(
            model_name="introduction",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="introductions", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="introduction",
            name="post",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="introductions", to="accounts.post"),
        ),
        migrations.AddIndex(
            model_name="introduction",
            index=models.Index(fields=["person", "-at"], name="introduction_person"),
        ),
        # What was held before is followed already.
        migrations.RunSQL(
            "UPDATE accounts_holding SET followed_at = COALESCE(to_at, from_at)", migrations.RunSQL.noop
        ),
    ]
