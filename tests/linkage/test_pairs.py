"""What one pair comes to, and the words for it."""

from typing import Any

import pytest

from tests.linkage.children import CHILD, ID, TWIN_ID, child
from tongxin import linkage
from tongxin.lib.identity_numbers import check_digit

WRONG_CHECK = ID[:-1] + "8"
SIBLING_ID = "37011620160211401" + check_digit("37011620160211401")


def verdict(**changes: Any) -> str:
    return linkage.compare_two(CHILD, child(key="b", **changes)).verdict


def words(**changes: Any) -> str:
    return "；".join(reason.zh for reason in linkage.compare_two(CHILD, child(key="b", **changes)).reasons)


class TestSame:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"name": "黎子涵"},
            {"name": "李子han"},
            {"name": "李？涵"},
            {"name": "李子函"},
            {"name": "涵涵"},
            {"id_no": None},
            {"id_no": WRONG_CHECK},
            {"id_no": WRONG_CHECK, "name": "李子晗"},
            {"id_no": None, "phone": None},
            {"birth": "2014-01-01"},
            {"birth": "2014-05-08"},
            {"id_no": None, "birth": "2014-05-08"},
            {"phone": "13900001111", "guardian": "王芳", "division": "510107001001"},
        ],
    )
    def test_one_child_however_it_was_written(self, changes: dict[str, Any]) -> None:
        assert verdict(**changes) == "same"


class TestNeverAutomatic:
    @pytest.mark.parametrize(
        "changes",
        [
            {"id_no": TWIN_ID, "name": "李子萱"},
            {"id_no": TWIN_ID, "name": "李子晗"},
            {"id_no": None, "name": "李子萱"},
            {"id_no": None, "name": "李子晗"},
            {"id_no": TWIN_ID[:-1] + "0", "name": "李子晗"},
            {"id_no": None, "name": "涵涵"},
        ],
    )
    def test_a_twin(self, changes: dict[str, Any]) -> None:
        assert verdict(**changes) != "same"

    def test_a_sibling_on_the_same_phone(self) -> None:
        assert verdict(id_no=None, name="李子轩", birth="2016-02-11") == "new"
        assert verdict(id_no=SIBLING_ID, name="李子轩", birth="2016-02-11") == "new"
        assert verdict(id_no=None, name="李子晗", birth="2014-01-01") == "probable"

    def test_two_sound_numbers(self) -> None:
        assert verdict(id_no=TWIN_ID) == "contradictory"

    def test_another_sex_or_day_without_the_number(self) -> None:
        assert verdict(id_no=None, sex="女") == "probable"
        assert verdict(id_no=None, birth="2014-06-15") == "probable"


class TestContradictory:
    def test_one_number_and_another_name(self) -> None:
        assert verdict(name="王志强") == "contradictory"
        assert "证件号相同，姓名对不上" in words(name="王志强")

    def test_one_number_and_another_sex(self) -> None:
        assert verdict(sex="女") == "contradictory"


class TestWords:
    def test_homophones_are_named(self) -> None:
        assert "同音字 李→黎" in words(name="黎子涵")

    def test_variants_are_named(self) -> None:
        found = linkage.compare_two(child(name="萧岳"), child(name="蕭嶽"))
        assert any(reason.code == "name.variant" and "岳→嶽" in reason.zh for reason in found.reasons)

    def test_pinyin_and_holes_are_named(self) -> None:
        assert "一方用拼音代替了字" in words(name="李子han")
        assert "有字认不出 子→？" in words(name="李？涵")

    def test_a_shared_phone_is_told(self) -> None:
        register = [child(key=str(at), id_no=None, name=name) for at, name in enumerate(("李子涵", "李子轩", "李一"))]
        (found,) = [pair for pair in linkage.compare([CHILD], register) if pair.verdict == "same"]
        assert "监护人电话同（3 人共用，不单独作准）" in [reason.zh for reason in found.reasons]

    def test_codes_tell_nothing_of_the_child(self) -> None:
        found = linkage.compare_two(CHILD, child(name="黎子涵", id_no="123456789012345678"))
        codes = [reason.code for reason in found.reasons]
        assert all(code.isascii() for code in codes)
        assert "id.made_up" in codes


UNNAMED = ["李宝宝", "未取名", "李强之女", "李某某", "李**", "李(未取名)", "小某", "李XX", "女婴"]


@pytest.mark.parametrize("name", UNNAMED)
def test_twins_without_a_name_are_neither_merged_nor_listed_twice(name: str) -> None:
    one = {"name": name, "sex": "女", "birth": "2024-06-05", "phone": "13465623510", "guardian": "李强"}
    rows = [{"key": "a", **one}, {"key": "b", **one}]
    found = list(linkage.compare(rows, [{"key": "file", **one}]))
    assert {pair.verdict for pair in found} == {"probable"}
    assert not any(reason.code == "note.listed_twice" for pair in found for reason in pair.reasons)
    number = {"id_no": "370116201406054027", "birth": "2014-06-05"}
    (merged,) = linkage.compare([{"key": "a", **one, **number}], [{"key": "file", **one, **number}])
    assert merged.verdict == "same"
