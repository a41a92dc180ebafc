from typing import Any

from django.db import migrations


def carry(apps: Any, schema: Any) -> None:
    """Class meetings and parents' schools of before become activities that were held once; ids stay."""
    alias = schema.connection.alias
    old = apps.get_model("pairings", "Gathering").objects.using(alias)
    made, held = (apps.get_model("activities", each) for each in ("Activity", "Occasion"))
    for row in old.order_by("id").iterator():
        made.objects.using(alias).create(
            id=row.id, county_id=row.county_id, organisation_id=row.organisation_id, kind=row.kind, clear=row.clear,
            first_day=row.held_on, last_day=row.held_on, state="closed", at=row.at, person_id=row.person_id,
            post_id=row.post_id, closed_at=row.at, closed_by=row.person_id,
        )
        held.objects.using(alias).create(
            id=row.id, activity_id=row.id, held_on=row.held_on, came=row.came, first_time=row.first_time, at=row.at,
            person_id=row.person_id, post_id=row.post_id, withdrawn_at=row.withdrawn_at, withdrawn_by=row.withdrawn_by,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0001_initial'),
        ('pairings', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(carry, migrations.RunPython.noop),
    ]
