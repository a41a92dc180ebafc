from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rechecks', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='check',
            name='climbed',
            field=models.SmallIntegerField(default=0, verbose_name='已上报层级'),
        ),
        migrations.AddField(
            model_name='check',
            name='owner_post_id',
            field=models.UUIDField(null=True, verbose_name='负责岗位'),
        ),
        migrations.AddField(
            model_name='check',
            name='ring_at',
            field=models.DateTimeField(null=True, verbose_name='下次上报'),
        ),
        migrations.AlterField(
            model_name='draw',
            name='person_id',
            field=models.UUIDField(null=True, verbose_name='谁抽的'),
        ),
    ]
