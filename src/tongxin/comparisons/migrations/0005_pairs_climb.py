from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('comparisons', '0004_by_night_and_agreements'),
    ]

    operations = [
        migrations.AddField(
            model_name='alike',
            name='climbed',
            field=models.SmallIntegerField(default=0, verbose_name='已上报层级'),
        ),
        migrations.AddField(
            model_name='alike',
            name='first_post_id',
            field=models.UUIDField(null=True, verbose_name='先由哪个岗位'),
        ),
        migrations.AddField(
            model_name='alike',
            name='owner_post_id',
            field=models.UUIDField(null=True, verbose_name='负责岗位'),
        ),
        migrations.AddField(
            model_name='alike',
            name='ring_at',
            field=models.DateTimeField(db_index=True, null=True, verbose_name='下次上报'),
        ),
    ]
