from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_summary'),
    ]

    operations = [
        migrations.AddField(
            model_name='setaside', name='towards',
            field=models.CharField(default='', max_length=80, verbose_name='仍计时的'),
        ),
    ]
