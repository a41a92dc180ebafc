from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0002_ending_contracts'),
    ]

    operations = [
        migrations.AddField(
            model_name='programme',
            name='template',
            field=models.CharField(blank=True, default='', max_length=24, verbose_name='照哪个样子'),
        ),
    ]
