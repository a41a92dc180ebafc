from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dashboards', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='count',
            name='exports',
            field=models.JSONField(default=list, verbose_name='导出'),
        ),
    ]
