from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keeping', '0003_retention'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='due', name='due_once'),
        migrations.AddConstraint(
            model_name='due',
            constraint=models.UniqueConstraint(
                condition=models.Q(('state', 'done'), _negated=True), fields=('child_id', 'rule'), name='due_once'
            ),
        ),
    ]
