import django.db.models.deletion
import tongxin.lib.ids
import tongxin.vault.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.UUIDField(default=tongxin.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=40, verbose_name='编号')),
                ('county_id', models.BigIntegerField(null=True, verbose_name='区县')),
                ('post_id', models.UUIDField(db_index=True, verbose_name='交出的岗位')),
                ('organisation_id', models.BigIntegerField(null=True, verbose_name='接收单位')),
                ('sent_at', models.DateTimeField(verbose_name='交出时间')),
                ('at', models.DateTimeField(verbose_name='要求时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('outcome', models.CharField(default='', max_length=24, verbose_name='结果')),
                ('words', tongxin.vault.fields.SealedField(null=True, verbose_name='情况')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('answered_by', models.UUIDField(null=True, verbose_name='登记人')),
                ('export', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recalls', to='exports.export')),
            ],
            options={
                'verbose_name': '要求退回或销毁',
                'constraints': [models.UniqueConstraint(fields=('number',), name='recall_number')],
            },
        ),
    ]
