from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0002_recall'),
    ]

    operations = [
        migrations.AddField(
            model_name='recall',
            name='climbed',
            field=models.SmallIntegerField(default=0, verbose_name='已上报层级'),
        ),
        migrations.AddField(
            model_name='recall',
            name='owner_post_id',
            field=models.UUIDField(db_index=True, null=True, verbose_name='负责岗位'),
        ),
        migrations.AddField(
            model_name='recall',
            name='ring_at',
            field=models.DateTimeField(db_index=True, null=True, verbose_name='下次提醒'),
        ),
    ]
