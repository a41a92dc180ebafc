from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('funds', '0005_settlement_of_needs'),
    ]

    operations = [
        migrations.AddField('wish', 'dropped_at', models.DateTimeField(null=True, verbose_name='不要了的时间')),
        migrations.AddField('wish', 'dropped_by', models.UUIDField(null=True, verbose_name='谁说不要了')),
        migrations.AddField(
            'wish', 'drop_reason',
            models.CharField(blank=True, default='', max_length=12, verbose_name='为什么不要了'),
        ),
    ]
