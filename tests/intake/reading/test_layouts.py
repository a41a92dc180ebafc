"""Layouts as they come from the field."""

from datetime import date
from typing import Any

import pytest

from tests.intake.reading.files import (
    LAIWU,
    TITLE,
    TODAY,
    XIAOFENG,
    XIAOYU,
    number,
    read,
    table,
    workbook,
    xlsx,
)
from tongxin.intake.reading import (
    Divisions,
    RosterError,
    open_roster,
    read_rows,
    read_workbook,
    remapped,
    understand,
)

YU, FENG = number(XIAOYU), number(XIAOFENG)
DONGSHENG, LIJIAZHUANG, XILIU = "370116001001", "370116008243", "370116006227"
CHILD: dict[str, Any] = {
    "name": "小雨", "sex": "女", "birth": "2015.3.4", "id_no": YU, "town": "凤城街道", "village": "东升社区",
    "categories": "孤儿", "carer": "周奶奶", "relation": "祖母", "phone": "13900000001",
}  # fmt: skip
HEADS: dict[str, list[str]] = {
    "name": ["姓名", "姓  名", "儿童姓名", "*姓名", "困境儿童姓名", "学生姓名", "孩子姓名"],
    "sex": ["性别", "性 别", "儿童性别", "性别（男/女）"],
    "birth": ["出生年月", "出生日期", "出生年月日", "出生\n日期", "儿童出生日期"],
    "id_no": ["身份证号", "公民身份号码", "证件号码", "身份证\n号码", "身份证号码（18位）", "儿童身份证号"],
    "town": ["镇（街道）", "乡镇", "镇街", "所属镇街", "乡镇（街道）"],
    "village": ["村（居）", "村/社区", "所在村", "村（社区）", "村居"],
    "categories": ["困境类别", "儿童类型（可多选）", "类别", "困境儿童类型", "人员类别"],
    "carer": ["监护人姓名", "实际照料人", "监护人", "照料人姓名", "家长姓名", "实际监护人姓名"],
    "relation": ["与儿童关系", "关系", "与本人关系", "照料人与儿童关系", "监护人与儿童的关系"],
    "phone": ["联系电话", "监护人电话", "电话1", "手机号码", "联系方式", "照料人联系电话"],
}
TOGETHER = [
    (list(HEADS), 0), (list(reversed(HEADS)), 1), (["carer", "phone", "relation", *list(HEADS)[:7]], 2),
    (["village", "town", "categories", "name", "id_no", "birth", "sex", "phone", "relation", "carer"], 3),
    (["id_no", "name", "carer", "village", "town", "sex", "birth", "categories", "relation", "phone"], 4),
]  # fmt: skip


@pytest.mark.parametrize(("order", "habit"), TOGETHER)
@pytest.mark.parametrize("above", [0, 1, 3])
def test_columns_in_any_order_under_any_name(order: list[str], habit: int, above: int) -> None:
    head = ["序号", *(HEADS[field][habit % len(HEADS[field])] for field in order), "备注"]
    titles = [[TITLE], ["填报单位：莱芜区"], ["填报时间：2025年9月30日"]][:above]
    row = read(xlsx([*titles, head, [1, *(CHILD[field] for field in order), ""]]))[0]
    assert row.as_json() == {
        "sheet": "花名册",
        "row": above + 2,
        "name": "小雨",
        "id_no": YU,
        "birth": "2015-03-04",
        "sex": "female",
        "division_code": DONGSHENG,
        "categories": ["orphan"],
        "carer": "周奶奶",
        "relation": "祖母",
        "phone": "13900000001",
        "problems": [],
        "duplicate_of": None,
    }
    assert row.relation_code == "paternal_grandmother"


class TestTallHeads:
    def test_groups_told_by_merged_cells(self) -> None:
        rows = [
            [TITLE],
            ["监护人信息", "", "", "儿童信息", "", "家庭住址"],
            ["姓名", "关系", "电话", "姓名", "身份证号", ""],
            ["周奶奶", "祖母", "13900000001", "小雨", YU, "凤城街道东升社区"],
        ]
        row = read(xlsx(rows, merged=[(1, 0, 1, 2), (1, 3, 1, 4), (1, 5, 2, 5)]))[0]
        assert (row.name, row.carer, row.relation, row.id_no) == ("小雨", "周奶奶", "祖母", YU)
        assert row.division_code == DONGSHENG

    def test_groups_in_a_text_file_where_nothing_is_merged(self) -> None:
        text = f"监护人信息,,,儿童信息,\n姓名,关系,电话,姓名,身份证号\n周奶奶,祖母,139,小雨,{YU}\n"
        row = read(text.encode(), name="花名册.csv")[0]
        assert (row.name, row.carer) == ("小雨", "周奶奶")

    def test_a_second_name_without_a_group_is_the_carers(self) -> None:
        row = table(["姓名", "身份证号", "姓名", "关系", "电话"], ["小雨", YU, "周奶奶", "祖母", ""])[0]
        assert (row.name, row.carer) == ("小雨", "周奶奶")


class TestLinesThatAreNoChildren:
    HEAD = ("序号", "姓名", "身份证号", "镇街", "村居")

    def rows(self, *lines: list[Any]) -> list[tuple[int, str | None]]:
        return [(row.row, row.name) for row in table(self.HEAD, [1, "小雨", YU, "凤城街道", "东升社区"], *lines)]

    @pytest.mark.parametrize(
        "line",
        [
            ["合 计", "", "1人"],
            ["总计：", 1],
            ["", "小计", 1],
            ["填表人：林某", "", "审核人："],
            ["注：1.本表由乡镇填写，每月报送。"],
            ["备注：身份证号请核对"],
            ["以下空白"],
            [2],
            ["", "", "", "", ""],
            ["单位负责人：", "", "填表人："],
            ["2", "", "", "凤城街道", "东升社区"],
        ],
    )
    def test_totals_notes_and_numbered_blanks_open_no_file(self, line: list[Any]) -> None:
        assert self.rows(line) == [(2, "小雨")]

    def test_a_name_alone_opens_a_file(self) -> None:
        assert self.rows(["", "小风"])[1:] == [(3, "小风")]

    def test_a_number_alone_opens_a_file(self) -> None:
        assert self.rows([2, "", FENG])[1:] == [(3, None)]

    def test_a_child_after_the_total_is_still_a_child(self) -> None:
        assert self.rows(["合计", "", "1人"], [2, "小风", FENG])[1:] == [(4, "小风")]

    def test_a_head_repeated_on_each_page_is_no_child(self) -> None:
        again = list(self.HEAD)
        assert self.rows(again, [2, "小风", FENG]) == [(2, "小雨"), (4, "小风")]

    def test_a_second_table_below_is_read_by_its_own_head(self) -> None:
        head = ["身份证号码", "儿童姓名", "监护人", "性别"]
        rows = table(
            self.HEAD,
            [1, "小雨", YU, "凤城街道", "东升社区"],
            [],
            ["雪野街道名单"],
            head,
            [FENG, "小风", "王某", 2],
        )
        assert [(row.row, row.name, row.id_no, row.carer) for row in rows] == [
            (2, "小雨", YU, None),
            (6, "小风", FENG, "王某"),
        ]


class TestPlaces:
    HEAD = ("姓名", "身份证号", "镇街", "村居")

    def codes(self, *lines: list[Any]) -> list[tuple[str | None, bool]]:
        rows = table(self.HEAD, *([name, "", *line] for name, line in zip("甲乙丙丁戊", lines, strict=False)))
        return [(row.division_code, "unknown_division" in row.problems) for row in rows]

    def test_a_village_is_carried_down_its_group(self) -> None:
        found = self.codes(["凤城街道", "东升社区"], ["凤城街道", ""], ["", ""])
        assert found == [(DONGSHENG, False)] * 3

    def test_a_village_is_never_carried_into_another_town(self) -> None:
        found = self.codes(["凤城街道", "东升社区"], ["雪野街道", ""], ["雪野街道", "李家庄村"], ["", ""])
        assert found == [(DONGSHENG, False), ("370116008", True), (LIJIAZHUANG, False), (LIJIAZHUANG, False)]

    def test_a_gap_in_a_list_that_is_not_grouped_stays_a_gap(self) -> None:
        lines = [["凤城街道", "东升社区"]] * 3 + [["凤城街道", ""], ["凤城街道", "东升社区"]]
        assert self.codes(*lines)[3] == ("370116001", True)

    def test_a_gap_among_addresses_in_no_order_stays_a_gap(self) -> None:
        homes = [
            "凤城街道东升社区",
            "雪野街道李家庄村",
            "凤城街道北坦社区",
            "",
            "雪野街道雪野村",
            "凤城街道胜利社区",
        ]
        rows = table(["姓名", "家庭住址"], *([name, home] for name, home in zip("甲乙丙丁戊己", homes, strict=True)))
        assert [row.division_code for row in rows if "unknown_division" in row.problems] == [None]

    def test_merged_cells_say_where_a_group_ends(self) -> None:
        rows = [
            list(self.HEAD),
            ["甲", "", "凤城街道", "东升社区"],
            ["乙", "", "", ""],
            ["丙", "", "凤城街道", ""],
        ]
        found = read(xlsx(rows, merged=[(1, 2, 2, 2), (1, 3, 2, 3)]))
        assert [row.division_code for row in found] == [DONGSHENG, DONGSHENG, "370116001"]

    def test_one_address_instead_of_town_and_village(self) -> None:
        rows = table(["姓名", "家庭住址"], ["甲", "山东省济南市莱芜区雪野街道李家庄村12号"], ["乙", "羊里街道西留村"])
        assert [row.division_code for row in rows] == [LIJIAZHUANG, XILIU]

    def test_the_sheet_of_a_town_gives_its_name(self) -> None:
        sheets = {town: [["姓名", "村居"], ["甲" + town, "李家庄村"]] for town in ("雪野街道", "凤城街道")}
        found = read(workbook(sheets))
        assert [(row.sheet, row.division_code) for row in found] == [
            ("雪野街道", LIJIAZHUANG),
            ("凤城街道", "370116001"),
        ]

    def test_a_heading_between_the_rows_gives_the_town(self) -> None:
        lines = [
            ["一、雪野街道（2人）", "", ""],
            [1, "甲", "李家庄村"],
            ["二、凤城街道", "", ""],
            [2, "乙", "东升社区"],
        ]
        rows = read(xlsx([["序号", "姓名", "村居"], *lines]))
        assert [row.division_code for row in rows] == [LIJIAZHUANG, DONGSHENG]

    def test_a_list_of_towns_only_is_placed_in_its_towns(self) -> None:
        assert table(["姓名", "镇街"], ["甲", "凤城街道"])[0].problems == ("no_id",)

    def test_a_list_without_any_place_says_so(self) -> None:
        row = table(["姓名", "身份证号"], ["甲", YU])[0]
        assert (row.division_code, row.problems) == (None, ("unknown_division",))


class TestDoubtfulValues:
    HEAD = ("姓名", "身份证号", "性别", "出生日期", "家庭住址", "困境类别")
    HOME = "凤城街道东升社区"

    def row(self, *cells: Any) -> Any:
        return table(self.HEAD, [*cells, *["小雨", YU, "女", "2015-03-04", self.HOME, "孤儿"][len(cells) :]])[0]

    def test_a_sound_row_has_no_problem(self) -> None:
        assert self.row().problems == ()

    def test_sex_and_birth_are_held_against_a_sound_number(self) -> None:
        assert self.row("小雨", YU, "男").problems == ("sex_contradicts_id",)
        wrong_day = self.row("小雨", YU, "女", "2015-03-05")
        assert (wrong_day.problems, wrong_day.birth) == (("birth_contradicts_id",), date(2015, 3, 5))

    def test_a_broken_number_contradicts_nobody(self) -> None:
        broken = YU[:-1] + ("1" if YU[-1] != "1" else "2")
        row = self.row("小雨", broken, "男", "2014-01-01")
        assert (row.problems, row.id_no) == (("id_check_digit",), broken)

    def test_an_impossible_birth_stays_as_written_and_is_not_mended(self) -> None:
        row = self.row("小雨", YU, "女", "2015-02-30")
        assert (row.problems, row.birth, row.written["birth"]) == (("birth_impossible",), None, "2015-02-30")
        assert row.id_birth == date(2015, 3, 4)

    def test_a_month_is_completed_from_a_sound_number_only(self) -> None:
        row = self.row("小雨", YU, "女", "2015.3")
        assert (row.birth, row.notes) == (date(2015, 3, 4), ("birth_completed",))
        row = self.row("小雨", "", "女", "2015.3")
        assert (row.birth, row.birth_month, row.notes) == (None, "2015-03", ("birth_month_only",))
        assert self.row("小雨", YU, "女", "2015.4").problems == ("birth_contradicts_id",)

    def test_a_number_cell_loses_digits_and_is_kept_only_as_written(self) -> None:
        row = self.row("小雨", float(XIAOYU + "0"))
        assert (row.id_no, row.problems) == (None, ("id_lost_digits",))
        assert row.written["id_no"].startswith("3.7011")

    def test_a_missing_sex_is_left_open(self) -> None:
        row = self.row("小雨", YU, "")
        assert (row.sex, row.id_sex, row.notes) == (None, "female", ("sex_missing",))

    @pytest.mark.parametrize(
        ("written", "sex"),
        [("男", "male"), (1, "male"), ("1", "male"), ("M", "male"), ("男性", "male"),
         ("1男", "male"), ("男孩", "male"),
         ("女", "female"), (2.0, "female"), ("F", "female"), ("2.女", "female"),
         ("０", None), ("男女", None)],
    )  # fmt: skip
    def test_sex_in_many_words(self, written: Any, sex: str | None) -> None:
        assert self.row("小雨", "", written).sex == sex

    @pytest.mark.parametrize(
        ("written", "codes"),
        [
            ("孤儿、农村留守儿童", ("orphan", "left_behind")),
            ("重残，低保家庭", ("severe_disability", "poor_family")),
            ("①孤儿②重病儿童", ("orphan", "severe_illness")),
            ("1.孤儿 2.流动儿童", ("orphan", "migrant")),
            ("留守\n单亲", ("left_behind", "single_parent")),
            ("低保边缘家庭儿童", ("low_income_family",)),
            ("事实无人抚养", ("de_facto_unattended",)),
            ("孤儿（社会散居）", ("orphan",)),
            ("", ()),
        ],
    )
    def test_several_categories_in_a_cell(self, written: str, codes: tuple[str, ...]) -> None:
        assert self.row("小雨", YU, "女", "2015-03-04", self.HOME, written).categories == codes

    def test_a_category_nobody_knows_is_noted_and_kept(self) -> None:
        row = self.row("小雨", YU, "女", "2015-03-04", self.HOME, "孤儿、外星儿童")
        assert (row.categories, row.notes) == (("orphan",), ("category_unknown",))
        assert row.written["categories"] == "孤儿、外星儿童"

    def test_ten_thousand_characters_about_nobody_are_no_name(self) -> None:
        row = self.row("雨" * 10_000, "", "", "", self.HOME, "")
        assert (row.name, row.problems) == (None, ("no_name", "no_id"))
        assert "too_long" in row.notes
        assert len(row.written["name"]) == 10_000

    def test_a_name_of_ten_thousand_characters_is_kept_as_written(self) -> None:
        row = self.row("雨" * 10_000, YU, "女", "2015-03-04", self.HOME)
        assert (row.name, row.problems) == ("雨" * 59 + "…", ())
        assert set(row.notes) == {"name_too_long", "too_long"}
        assert row.written["name"] == row.as_json()["name"] == "雨" * 10_000

    def test_one_name_in_many_spellings(self) -> None:
        for written in (
            "阿依古丽·买买提",
            "阿依古丽•买买提",
            "阿依古丽.买买提",
            "阿依古丽・买买提",
            " 阿依古丽 · 买买提 ",
        ):
            assert self.row(written).name == "阿依古丽·买买提"
        assert self.row("小\u3000雨").name == self.row("\u200b 小雨 ").name == "小雨"

    def test_ticked_columns_are_categories(self) -> None:
        rows = table(
            ["姓名", "身份证号", "孤儿", "留守儿童", "是否低保"],
            ["小雨", YU, "√", "", "是"],
            ["小风", FENG, "", 1, "否"],
        )
        assert [row.categories for row in rows] == [("orphan", "poor_family"), ("left_behind",)]

    def test_numbers_explained_in_the_head(self) -> None:
        head = ["姓名", "性别（1女2男）", "类别（1孤儿 2流动儿童 3重病儿童）"]
        row = table(head, ["小雨", 1, "1、3"])[0]
        assert (row.sex, row.categories) == ("female", ("orphan", "severe_illness"))

    def test_formulas_are_text_and_never_worked_out(self) -> None:
        row = self.row('=cmd|"/c calc"!A1')
        assert row.name == '=cmd|"/c calc"!A1'.strip("'\"")


class TestCorrection:
    def test_a_person_can_say_what_a_column_is(self) -> None:
        sheet = read_workbook(xlsx([["称呼", "身份证号", "姓名"], ["小雨", YU, "周奶奶"]]), "花名册.xlsx").sheets[0]
        layout = understand(sheet)
        assert layout is not None and layout.columns["name"] == 2
        assert layout.not_understood == ((0, "称呼"),)
        mended = remapped(sheet, layout, {"name": 0, "id_no": 1, "carer": 2})
        row = next(read_rows(sheet, mended, Divisions.load(LAIWU), today=TODAY))
        assert (row.name, row.carer) == ("小雨", "周奶奶")
        assert mended.head_digest == layout.head_digest

    def test_the_same_heads_are_known_again_whatever_is_below(self) -> None:
        digests = set()
        for child in ("小雨", "小风"):
            layout = open_roster(xlsx([[TITLE], ["姓名", "身份证号"], [child, ""]])).parts[0].layout
            digests.add(layout.head_digest)
        assert len(digests) == 1

    def test_a_column_that_is_not_there_is_refused(self) -> None:
        sheet = read_workbook(xlsx([["姓名", "身份证号"], ["小雨", YU]]), "花名册.xlsx").sheets[0]
        with pytest.raises(RosterError, match="表里只有 2 列"):
            understand(sheet, columns={"name": 7})


def test_hidden_sheets_and_instructions_are_left_aside_and_named() -> None:
    child = [["姓名", "身份证号"], ["小雨", YU]]
    content = workbook({"花名册": child, "去年": child, "填表说明": child, "空表": []}, hidden=["去年"])
    roster = open_roster(content, county=LAIWU)
    assert [part.layout.sheet for part in roster.parts] == ["花名册"]
    assert dict(roster.left_aside) == {
        "去年": "工作表是隐藏的",
        "填表说明": "看名称是说明或汇总",
        "空表": "空表",
    }
