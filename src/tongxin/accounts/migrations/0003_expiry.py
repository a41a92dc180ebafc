from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_staff"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="one_time_since",
            field=models.DateTimeField(null=True, verbose_name="初始密码发出"),
        ),
        migrations.AddField(
            model_name="person",
            name="first_post",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"),
        ),
        migrations.AddField(
            model_name="introduction",
            name="child_ids",
            field=models.JSONField(default=list, verbose_name="儿童"),
        ),
        # Notes from before don't say which children they are about: they have run out.
        migrations.AddField(
            model_name="introduction",
            name="from_at",
            field=models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC), verbose_name="接手时间"),
            preserve_default=False,
        ),
        # Passwords that were given out before count from now on.
        migrations.RunSQL(
            "UPDATE accounts_person SET one_time_since = CURRENT_TIMESTAMP WHERE must_change_password",
            migrations.RunSQL.noop,
        ),
    ]
