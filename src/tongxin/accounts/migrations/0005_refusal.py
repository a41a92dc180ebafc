from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_entrance'),
    ]

    operations = [
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(verbose_name='小时')),
                ('person_id', models.UUIDField(verbose_name='人员')),
                ('route', models.CharField(max_length=120, verbose_name='入口')),
                ('reason', models.CharField(max_length=24, verbose_name='原因')),
                ('times', models.IntegerField(default=1, verbose_name='次数')),
                ('last_at', models.DateTimeField(verbose_name='最近一次')),
            ],
            options={
                'verbose_name': '被拒绝的请求',
                'indexes': [models.Index(fields=['-last_at'], name='refusal_newest')],
                'constraints': [models.UniqueConstraint(
                    fields=('hour', 'person_id', 'route', 'reason'), name='refusal_once_an_hour'
                )],
            },
        ),
    ]
