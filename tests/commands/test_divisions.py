"""Published places are loaded by county, by province or all at once, and the second time changes nothing."""

from datetime import date

import pytest

from tongxin.accounts.divisions import add_divisions
from tongxin.accounts.models import LEVELS, Division
from tongxin.commands import divisions_load
from tongxin.lib.faults import Fault

pytestmark = pytest.mark.django_db


def test_a_county_comes_with_its_towns_villages_and_what_is_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert divisions_load.main(["370116"]) == 0
    counted = {level: Division.objects.filter(level=level).count() for level in LEVELS}
    assert counted == {"province": 1, "city": 1, "county": 1, "town": 15, "village": 861}
    village = Division.objects.get(code="370116001001")
    names = [Division.objects.get(id=getattr(village, f"{level}_id")).name for level in LEVELS]
    assert names == ["山东省", "济南市", "莱芜区", "凤城街道", "东升社区居民委员会"]
    assert village.parent_id == village.town_id and village.village_id == village.id
    assert "莱芜区：新增 879 个区划。" in capsys.readouterr().out


def test_the_same_places_again_change_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    divisions_load.main(["370116"])
    before = list(Division.objects.order_by("id").values())
    divisions_load.main(["370116"])
    assert list(Division.objects.order_by("id").values()) == before
    assert "已经装入，没有改动" in capsys.readouterr().out


def test_a_province_takes_in_the_counties_already_there() -> None:
    divisions_load.main(["540102"])
    there = set(Division.objects.values_list("code", "id"))
    divisions_load.main(["54"])
    assert there <= set(Division.objects.values_list("code", "id"))
    assert Division.objects.filter(level="town").count() == 705
    assert Division.objects.filter(level="village", province_id=None).count() == 0


def test_places_are_dated_and_added_beside_those_that_ended() -> None:
    rows = [("37", "山东省", "province", ""), ("3701", "济南市", "city", "37")]
    add_divisions(rows=rows, valid_from=date(2023, 6, 30))
    Division.objects.filter(code="3701").update(valid_to=date(2024, 6, 30))
    assert add_divisions(rows=rows, valid_from=date(2024, 6, 30)) == 1
    assert Division.objects.filter(code="3701").count() == 2


@pytest.mark.parametrize("code", ["370", "99", "莱芜", "370116001"])
def test_what_is_no_code_is_refused_in_words(code: str) -> None:
    with pytest.raises(Fault, match="区划"):
        divisions_load.main([code])
    assert not Division.objects.exists()


@pytest.mark.parametrize("argv", [[], ["--all", "37"]])
def test_either_codes_or_the_whole_country(argv: list[str]) -> None:
    with pytest.raises(SystemExit):
        divisions_load.main(argv)
