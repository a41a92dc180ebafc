"""When the answers of a draft stopped saying what was dangerous."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('drafts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='formdraft',
            name='cleared_at',
            field=models.DateTimeField(null=True, verbose_name='危险信号被改掉'),
        ),
    ]
