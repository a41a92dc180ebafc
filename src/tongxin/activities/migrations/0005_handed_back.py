from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0004_site'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='told_on',
            field=models.DateField(null=True, verbose_name='哪天提醒过'),
        ),
        migrations.AddField(
            model_name='listed',
            name='returned',
            field=models.JSONField(default=dict, verbose_name='交回'),
        ),
    ]
