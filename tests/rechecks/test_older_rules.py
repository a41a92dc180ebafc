"""Rules adopted before they said something hold with the words that came with the program."""

from datetime import timedelta

import pytest

from tests import world
from tongxin.indicators.questions import dimensions_in
from tongxin.rechecks.rules import rechecks_in
from tongxin.rulebook.models import DefinitionVersion

pytestmark = pytest.mark.django_db


def test_what_an_older_version_lacks_is_taken_from_the_program(cast: world.World) -> None:
    for kind, keys in (("rechecks", ("draw_from", "climb")), ("dimensions", ("earliest_year", "years_offered"))):
        row = DefinitionVersion.objects.get(kind=kind)
        row.content = {name: each for name, each in row.content.items() if name not in keys} | {"means": "以前的"}
        row.pk, row.hash, row.adopted_at = None, f"{kind:0<64}", world.START + timedelta(minutes=1)
        row.save(force_insert=True)
    at = world.START + timedelta(hours=1)
    found, asked = rechecks_in(region="", at=at), dimensions_in(at=at)
    assert (found.means, found.draw_from, found.climb) == ("以前的", 8, {"working_days": 3})
    assert (asked.earliest_year, asked.years_offered) == (1990, 5)
