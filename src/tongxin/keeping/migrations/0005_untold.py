from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keeping', '0004_due_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='retentionnight', name='untold', field=models.IntegerField(default=0, verbose_name='没有提醒到'),
        ),
    ]
