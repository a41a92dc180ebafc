from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("bookings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="booking", name="meeting_id", field=models.UUIDField(null=True, verbose_name="小组的哪一场"),
        ),
        migrations.AddIndex(
            model_name="booking", index=models.Index(fields=["meeting_id"], name="booking_meeting"),
        ),
    ]
