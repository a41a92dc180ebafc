"""One deliberately bad file per mistake: the check names file, line and cure, and adopts nothing."""

from pathlib import Path

import pytest

from tests.definitions.tree import copied
from tongxin.lib.definition_checks import check

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


def _header(path: Path) -> tuple[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[0].removeprefix("# 放在："), lines[1].removeprefix("# 应报：")


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_says_where_the_mistake_is_and_how_to_mend_it(bad: Path, tmp_path: Path) -> None:
    place, expected = _header(bad)
    folder = copied(tmp_path)
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(bad.read_bytes())
    lines = [str(fault) for fault in check(folder).faults]
    assert any(expected in line for line in lines), lines
    assert all("怎么改：" in line and "\n" not in line for line in lines)


def test_refuses_a_file_in_another_encoding(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "brand" / "brand.yaml").write_bytes("id: brand\nzh: 品牌\n".encode("gb18030"))
    assert "文件不是 UTF-8 编码。 怎么改：请另存为 UTF-8。" in str(check(folder).faults[0])


def test_refuses_control_characters(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "brand" / "brand.yaml").write_bytes(b"id: brand\nzh: \x00\n")
    assert "brand.yaml 第" in str(check(folder).faults[0])


SPOILED = [
    ("rubric/rubric/rubric.yaml", "when: gates_open >= 1", "when: gates_open >= 2", "有否决项成立时不是最高等级"),
    (
        "rubric/rubric/rubric.yaml",
        "when: any(cells where level == 3)",
        "when: any(cells where level == 2)",
        "变差后反而是",
    ),
    ("rubric/rubric/rubric.yaml", "low: {value: 6,", "low: {value: 5,", "复评间隔与评级规则里的 5 个月不一致"),
    ("rubric/rubric/rubric.yaml", "order: [low, unknown,", "order: [low,", "没有“unknown”（未明）这一级"),
    ("grading/mental_health/grading.yaml", "colour: orange", "colour: red", "颜色或名称"),
    ("grading/mental_health/grading.yaml", "colour: orange", "colour: pink", "没有“pink”这种颜色"),
    ("grading/mental_health/grading.yaml", "of: [economy]", "of: [guardianship]", "各因素没有正好包括每个维度一次"),
    ("fields/fields.yaml", "options: yes_no_unknown", "options: yes_no_perhaps", "没有名为 yes_no_perhaps 的选项组"),
    ("forms/task_reason/form.yaml", "type: long_text", "type: text", "字段库里 task_reason.note 的类型是 long_text"),
    ("crisis/steps.yaml", "floor: max}", "floor: min}", "时限要写单位和 floor: max"),
    ("glossary.yaml", "referral: {zh: 转介", "referral: {zh: 跟进", "“跟进”已是 referral 的中文"),
    ("pathway/child.yaml", "due: {working_days: 15}", "due: {working_days: -15}", "时限要写成一个单位和一个整数"),
    ("pathway/child.yaml", "crisis_not_needed:", "crisis_not_neded:", "没有写“crisis_not_needed”"),
    ("categories.yaml", "id: disability,", "id: orphan,", "类别 orphan 重复"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), SPOILED, ids=[each[3] for each in SPOILED])
def test_finds_one_wrong_word_in_a_long_file(file: str, old: str, new: str, expected: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    lines = [str(fault) for fault in check(folder).faults]
    assert any(expected in line for line in lines), lines
    assert all(line.startswith("definitions/") and " 行：" in line for line in lines)
