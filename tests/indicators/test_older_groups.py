"""Groups adopted before an upgrade keep no page of figures from opening."""

from datetime import timedelta

import pytest

from tests import world
from tongxin.indicators.rules import groups_in
from tongxin.rulebook.models import DefinitionVersion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "stays"), [("care", True), ("own", False)])
def test_a_group_over_facts_of_an_earlier_program_gives_way(cast: world.World, name: str, stays: bool) -> None:
    row = DefinitionVersion.objects.get(kind="indicators", definition_id="care")
    former = {**row.content["indicators"][0], "over": "cases", "during": "fact_of_another_time"}
    row.content = {**row.content, "id": name, "zh": "以前的", "indicators": [former]}
    row.pk, row.definition_id, row.hash, row.adopted_at = None, name, f"{name:0<64}", world.START + timedelta(minutes=1)
    row.save(force_insert=True)
    found = {each.id: each for each in groups_in(at=world.START + timedelta(hours=1))}
    assert (name in found) is stays
    assert found["care"].zh != "以前的" and found["care"].indicators


def test_what_a_group_adopted_earlier_lacks_is_taken_from_the_program(cast: world.World) -> None:
    row = DefinitionVersion.objects.get(kind="indicators", definition_id="care")
    row.content = {**row.content, "zh": "以前的", "indicators": row.content["indicators"][:1]}
    row.pk, row.hash, row.adopted_at = None, f"{'fewer':0<64}", world.START + timedelta(minutes=1)
    row.save(force_insert=True)
    (care,) = (each for each in groups_in(at=world.START + timedelta(hours=1)) if each.id == "care")
    assert care.zh == "以前的" and len(care.indicators) > 1
