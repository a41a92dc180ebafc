from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_refusal'),
    ]

    operations = [
        migrations.AlterField(
            model_name='division',
            name='level',
            field=models.CharField(choices=[
                ('nation', 'nation'), ('province', 'province'), ('city', 'city'), ('county', 'county'),
                ('town', 'town'), ('village', 'village'),
            ], max_length=8, verbose_name='层级'),
        ),
    ]
