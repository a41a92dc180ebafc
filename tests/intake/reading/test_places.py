from collections.abc import Iterator

import pytest

from tongxin.intake.reading import Divisions, RosterError, counties
from tongxin.intake.reading.carrying import is_grouped

DONGSHENG = "370116001001"


@pytest.fixture(scope="module")
def laiwu() -> Iterator[Divisions]:
    yield Divisions.load("370116")


@pytest.mark.parametrize(
    ("town", "village"),
    [
        ("凤城街道", "东升社区居民委员会"),
        ("凤城街道", "东升社区"),
        ("凤城街道", "东升居委会"),
        ("凤城", "东升"),
        ("凤城街道办事处", "东 升 社 区"),
        ("莱芜区凤城街道", "东升社区"),
        ("", "凤城街道东升社区居民委员会"),
        ("", "凤城东升社区"),
        ("", "东升社区"),
        ("凤城街道", "凤城街道东升社区"),
        ("", "山东省济南市莱芜区凤城街道东升社区文化路12号"),
        ("", "莱芜市莱城区凤城街道办事处东升社区12号楼3单元"),
    ],
)
def test_one_place_in_many_words(laiwu: Divisions, town: str, village: str) -> None:
    assert laiwu.place(town=town, village=village).code == DONGSHENG


@pytest.mark.parametrize(
    ("town", "village", "code"),
    [
        ("雪野街道", "李家庄村", "370116008243"),
        ("羊里", "西留", "370116006227"),
        ("方下镇", "许小洼村村委会", "370116007243"),
        ("口镇", "陈林村", "370116005212"),
        ("", "雪野李家庄村三组", "370116008243"),
        ("雪野街道", "雪野", "370116008222"),
        ("雪野街道", "雪野村", "370116008222"),
    ],
)
def test_the_town_decides_between_villages_of_one_name(laiwu: Divisions, town: str, village: str, code: str) -> None:
    assert laiwu.place(town=town, village=village).code == code


@pytest.mark.parametrize(
    ("town", "village"),
    [
        ("", "李家庄村"),
        ("", "东升小区3号"),
        ("", "四川省成都市凤城街道东升社区"),
        ("张家洼街道", "凤城街道东升社区"),
        ("不存在镇", "东升社区"),
        ("", "三官庙庄村"),
        ("", ""),
    ],
)
def test_what_is_unclear_is_nowhere(laiwu: Divisions, town: str, village: str) -> None:
    assert laiwu.place(town=town, village=village).code is None


@pytest.mark.parametrize("village", ["", "没有这个村", "南升社区"])
def test_a_town_without_its_village_is_only_the_town(laiwu: Divisions, village: str) -> None:
    place = laiwu.place(town="凤城街道", village=village)
    assert (place.code, place.exact) == ("370116001", False)


def test_every_village_is_found_by_its_own_name(laiwu: Divisions) -> None:
    for entry in laiwu.entries.values():
        if entry.level == "village":
            town = laiwu.entries[entry.parent].name
            assert laiwu.place(town=town, village=entry.name).code == entry.code
            assert laiwu.place(village=town + entry.name).code == entry.code


def test_a_town_that_begins_like_its_county_keeps_its_name() -> None:
    chaoyang = Divisions.load("110105")
    town = chaoyang.place(village="朝阳区朝外街道").code
    assert town and chaoyang.entries[town].name == "朝外街道"


def test_a_prefecture_holds_all_its_counties() -> None:
    jinan = Divisions.load("3701")
    assert "370116" in jinan.counties and len(jinan.counties) > 10
    assert jinan.place(town="凤城街道", village="东升社区").code == DONGSHENG


def test_an_unknown_county_is_refused_in_words() -> None:
    with pytest.raises(RosterError, match="没有代码为“999999”的行政区划"):
        Divisions.load("999999")


class TestWhichCounty:
    def test_the_title_names_it(self) -> None:
        assert counties.choose(titles=["莱芜区2025年花名册"], places=[]) == "370116"
        assert counties.choose(titles=["永州市冷水滩区花名册"], places=[]) == "431103"

    def test_a_former_name_still_counts(self) -> None:
        assert counties.choose(titles=["莱芜市莱城区花名册"], places=[]) == "370116"

    def test_of_one_name_the_prefecture_decides(self) -> None:
        assert counties.choose(titles=["南京市鼓楼区花名册"], places=[]) == "320106"

    def test_of_one_name_the_places_decide(self) -> None:
        assert counties.choose(titles=["鼓楼区花名册"], places=["华侨路街道"]) == "320106"

    def test_without_a_name_the_places_decide(self) -> None:
        assert counties.choose(titles=["花名册"], places=["凤城街道东升社区", "雪野街道李家庄村"]) == "370116"

    def test_nothing_to_go_by_is_nothing(self) -> None:
        assert counties.choose(titles=["花名册"], places=[]) is None


class TestGroups:
    def test_gaps_after_each_new_value_are_groups(self) -> None:
        assert is_grouped(["甲", "", "", "乙", "", "丙"])

    def test_a_column_that_repeats_itself_has_gaps_by_mistake(self) -> None:
        assert not is_grouped(["甲", "甲", "甲", "", "乙", "乙"])

    def test_a_column_that_comes_back_has_gaps_by_mistake(self) -> None:
        assert not is_grouped(["甲", "乙", "甲", "", "乙", "丙", "甲"])

    def test_towns_that_come_back_show_that_a_list_is_not_grouped(self) -> None:
        villages, towns = ["甲", "乙", "", "丙", "丁"], ["东镇", "西镇", "东镇", "西镇", "东镇"]
        assert is_grouped(villages) and not is_grouped(villages, towns)

    def test_a_full_column_is_no_group(self) -> None:
        assert not is_grouped(["甲", "乙", "丙"])
