from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rights', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='tombstone', name='proposed_post', field=models.UUIDField(null=True, verbose_name='提出岗位'),
        ),
        migrations.AddField(
            model_name='tombstone', name='confirmed_post', field=models.UUIDField(null=True, verbose_name='确认岗位'),
        ),
    ]
