"""What records are worked out into: names, numbers, days and homes as offices write and miswrite them."""

from datetime import date

import pytest

from tongxin.linkage.days import day_of
from tongxin.linkage.names import name_of
from tongxin.linkage.numbers import number_of, phone_of
from tongxin.linkage.places import place_of

SOUND = "370116201406054018"


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("蕭嶽峯", "萧岳峰"),
            ("買買提·艾力", "买买提•艾力"),
            ("买买提. 艾力", "买买提艾力"),
            ("张　三", "张三"),
            ("髙昇", "高升"),
        ],
    )
    def test_the_same_name_written_otherwise(self, one: str, other: str) -> None:
        assert name_of(one).plain == name_of(other).plain

    @pytest.mark.parametrize(
        ("one", "other"),
        [("黎婷", "李亭"), ("赵yan", "赵琰"), ("赵Yan", "赵琰"), ("曾雨", "增雨"), ("单于", "山于")],
    )
    def test_sound_alike(self, one: str, other: str) -> None:
        assert name_of(one).sound == name_of(other).sound or name_of(one).surname in ("曾", "单")

    def test_a_surname_is_read_as_a_surname(self) -> None:
        assert (name_of("曾单").sound, name_of("单曾").sound) == ("zengdan", "shanceng")

    @pytest.mark.parametrize(("one", "other"), [("王晴", "王睛"), ("李未", "李末")])
    def test_look_alike(self, one: str, other: str) -> None:
        assert name_of(one).shape == name_of(other).shape
        assert name_of(one).plain != name_of(other).plain

    def test_spellings_of_a_minority_name(self) -> None:
        assert name_of("阿卜杜拉·麦麦提").spelled == name_of("阿不都拉买买提").spelled

    @pytest.mark.parametrize("written", ["王？明", "王?明", "王*明", "王\ue123明", "王□明"])
    def test_a_character_nobody_can_read(self, written: str) -> None:
        assert name_of(written).holed == "王_明"
        assert name_of(written).sound is None

    @pytest.mark.parametrize("written", [None, "", "？？", "·", "***"])
    def test_nothing_to_read_is_no_name(self, written: str | None) -> None:
        assert name_of(written) == name_of(None)

    def test_a_compound_surname(self) -> None:
        assert (name_of("欧阳子涵").surname, name_of("欧阳子涵").given) == ("欧阳", "子涵")
        assert name_of("欧阳").surname == "欧"

    def test_a_nickname_has_its_look(self) -> None:
        assert all(name_of(each).is_nickname for each in ("乐乐", "小宝", "阿明", "萱儿"))
        assert not name_of("王乐").is_nickname


class TestNumbers:
    def test_a_sound_number_says_birth_and_sex(self) -> None:
        found = number_of("11010519491231002X")
        assert (found.valid, found.birth, found.sex) == ("11010519491231002X", 19491231, "female")

    @pytest.mark.parametrize(
        "written",
        ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X", "G11010519491231002X"],
    )
    def test_however_it_is_written(self, written: str) -> None:
        assert number_of(written).valid == "11010519491231002X"

    def test_fifteen_digits_become_eighteen(self) -> None:
        assert number_of("110105491231002").valid == "11010519491231002X"

    def test_a_wrong_check_digit_is_kept_but_proves_nothing(self) -> None:
        assert number_of(SOUND).text == SOUND
        assert number_of(SOUND).valid is None

    @pytest.mark.parametrize(
        "written",
        ["111111111111111111", "123456789012345678", "370116000000000000", "", None, "无", f"J{SOUND}", "12"],
    )
    def test_made_up_numbers_are_none(self, written: str | None) -> None:
        assert number_of(written).text is None

    def test_phones(self) -> None:
        written = ("１３４６５６２３５１０", "134-6562-3510", "+86 13465623510")
        assert {phone_of(each) for each in written} == {"13465623510"}
        assert phone_of("13111111111") is None
        assert phone_of("爷爷13465623510、奶奶13465623511") == "13465623510"
        assert phone_of("无") is None


class TestDays:
    @pytest.mark.parametrize("written", ["2017-11-09", "2017.11.9", "20171109", "2017年11月9日", date(2017, 11, 9)])
    def test_however_it_is_written(self, written: str | date) -> None:
        assert day_of(written).day == 20171109

    def test_by_the_moon(self) -> None:
        assert day_of("2017-11-09").lunar == 20170921

    def test_swapped_only_where_it_can_be_a_month(self) -> None:
        assert day_of("2017-11-09").swapped == 20170911
        assert day_of("2017-11-19").swapped is None
        assert day_of("2017-11-11").swapped is None

    @pytest.mark.parametrize("written", ["", None, "不详", "2017", "2017-13-40", "9999-99-99"])
    def test_no_day(self, written: str | None) -> None:
        assert day_of(written) == day_of(None)


class TestPlaces:
    def test_a_code_level_by_level(self) -> None:
        assert place_of("370116006227", None)[:3] == ("370116006227", "370116006", "370116")
        assert place_of("370116006000", None)[:3] == (None, "370116006", "370116")
        assert place_of("370116", None)[:3] == (None, None, "370116")

    @pytest.mark.parametrize(
        "address",
        ["山东省济南市莱芜区羊里镇西留村", "莱芜区羊里镇西留村村民委员会", "羊里镇西留村", "羊里镇西留村3组12号"],
    )
    def test_the_words_of_an_address(self, address: str) -> None:
        assert place_of(None, address)[3:] == ("羊里/西留", "羊里")
