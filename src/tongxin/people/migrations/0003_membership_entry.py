from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_search")]
    operations = [
        migrations.AddField(
            model_name="membership", name="entry_id", field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name="membership", name="ended_by", field=models.UUIDField(db_index=True, null=True),
        ),
    ]
