import django.db.models.deletion
import tongxin.lib.ids
import tongxin.vault.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keeping', '0005_untold'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustodyScan',
            fields=[
                ('id', models.UUIDField(default=tongxin.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('media_type', models.CharField(max_length=40, verbose_name='格式')),
                ('size', models.IntegerField(verbose_name='大小')),
                ('content', tongxin.vault.fields.SealedField(verbose_name='内容')),
                ('custody', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='scan', to='keeping.custody')),
            ],
            options={
                'verbose_name': '封存材料扫描件',
            },
        ),
        migrations.AddField(
            model_name='custody',
            name='is_received',
            field=models.BooleanField(default=False, verbose_name='直接封存'),
        ),
    ]
