from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clues', '0002_lifted'),
    ]

    operations = [
        migrations.AlterField(
            model_name='step',
            name='kind',
            field=models.CharField(choices=[('assigned', '指派'), ('responded', '答复'), ('handled', '办好'), ('called_back', '回访'), ('closed', '了结'), ('matched', '对上孩子的档案'), ('unmatched', '核对过，不是这个孩子'), ('raised', '调高危险程度'), ('climbed', '逾期，上报'), ('returned', '不满意，退回重办'), ('receipt', '又收到一次'), ('lifted', '涉及工作人员，由上一级接手'), ('left', '有危险，没有找到孩子，告诉上一级')], max_length=12, verbose_name='做了什么'),
        ),
    ]
