"""Definitions by date and region: which version holds, what an overlay changes, what a hash names."""

from datetime import date
from pathlib import Path

import pytest

from tests.core.grading.rulings import ON, library
from tongxin.commands import definitions_check
from tongxin.lib import definitions, places
from tongxin.lib.definitions import NoDefinition, load_all, resolve
from tongxin.lib.overlays import hash_of
from tongxin.lib.strict_yaml import parse

BRAND = """id: brand
zh: 品牌
version: {day}
source: 拟定
name: {name}
size: {{value: 10, floor: max}}
parts:
  - {{id: a, zh: 甲, size: 1}}
  - {{id: b, zh: 乙, size: 2}}
"""
OVERLAY = """id: brand
kind: brand
region: "{region}"
valid_from: {day}
source: 拟定
patch: {patch}
"""


def written(folder: Path, *overlays: tuple[str, str, str], days: tuple[str, ...] = ("2025-01-01",)) -> Path:
    for at, day in enumerate(days):
        path = folder / "brand" / (f"brand@{day}.yaml" if at else "brand.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BRAND.format(day=day, name=f"自{day}"), encoding="utf-8")
    for region, day, patch in overlays:
        path = folder / "overlays" / region / "brand" / f"brand@{day}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OVERLAY.format(region=region, day=day, patch=patch), encoding="utf-8")
    return folder


class TestResolve:
    def test_takes_the_newest_version_not_after_the_day(self, tmp_path: Path) -> None:
        found = load_all(written(tmp_path, days=("2025-01-01", "2026-01-01")))
        names = [
            resolve(found, "brand", "brand", on=date(*day)).content["name"] for day in ((2025, 12, 31), (2026, 1, 1))
        ]
        assert names == ["自2025-01-01", "自2026-01-01"]

    def test_finds_nothing_before_the_first_day(self, tmp_path: Path) -> None:
        with pytest.raises(NoDefinition, match=r"2024-12-31 没有生效的定义：brand/brand"):
            resolve(load_all(written(tmp_path)), "brand", "brand", on=date(2024, 12, 31))

    def test_lays_the_county_over_the_province_over_the_nation(self, tmp_path: Path) -> None:
        folder = written(
            tmp_path,
            ("370000", "2025-01-01", "{name: 省, size: {value: 8}}"),
            ("370116", "2025-01-01", "{name: 县, parts: [{id: b, size: 3}, {id: c, zh: 丙, size: 4}]}"),
        )
        regions = ["37", "3701", "370116"]
        found = resolve(load_all(folder), "brand", "brand", regions=regions, on=ON).content
        assert (found["name"], found["size"]) == ("县", {"value": 8, "floor": "max"})
        assert [(part["id"], part["zh"], part["size"]) for part in found["parts"]] == [
            ("a", "甲", 1), ("b", "乙", 3), ("c", "丙", 4),
        ]  # fmt: skip

    def test_leaves_other_regions_alone(self, tmp_path: Path) -> None:
        found = load_all(written(tmp_path, ("370116", "2025-01-01", "{name: 县}")))
        assert resolve(found, "brand", "brand", regions=("510000",), on=ON).content["name"] == "自2025-01-01"

    def test_an_overlay_waits_for_its_day(self, tmp_path: Path) -> None:
        found = load_all(written(tmp_path, ("370116", "2026-06-01", "{name: 县}")))
        names = [
            resolve(found, "brand", "brand", regions=("370116",), on=day).content["name"]
            for day in (date(2026, 5, 31), date(2026, 6, 1))
        ]
        assert names == ["自2025-01-01", "县"]

    def test_a_county_may_not_undo_what_its_province_tightened(self, tmp_path: Path) -> None:
        folder = written(
            tmp_path,
            ("370000", "2025-01-01", "{size: {value: 8}}"),
            ("370116", "2025-01-01", "{size: {value: 9}}"),
        )
        with pytest.raises(definitions.DefinitionFault, match=r"被放宽：上一级是 8，这里是 9"):
            load_all(folder)


class TestHash:
    def test_the_order_of_keys_does_not_matter(self) -> None:
        one, two = parse("a: 1\nb: 2\n", file="x"), parse("b: 2\na: 1\n", file="y")
        assert hash_of(one.content) == hash_of(two.content)

    def test_one_changed_word_is_another_content(self) -> None:
        assert hash_of({"zh": "转介"}) != hash_of({"zh": "转接"})

    def test_the_content_is_plain_json(self) -> None:
        assert all(len(version.hash) == 64 for version in library().versions)


class TestStrictYaml:
    def test_yes_and_no_stay_the_codes_they_are(self) -> None:
        assert parse("code: yes\nother: no\nflag: true\nempty:\n", file="x").content == {
            "code": "yes", "other": "no", "flag": True, "empty": None,
        }  # fmt: skip

    def test_dates_and_codes_with_zeros_stay_text(self) -> None:
        assert parse("day: 2025-01-01\ncode: 007\nquoted: '12'\nnumber: -12\n", file="x").content == {
            "day": "2025-01-01", "code": "007", "quoted": "12", "number": -12,
        }  # fmt: skip

    def test_knows_the_line_of_everything(self) -> None:
        document = parse("items:\n  - id: a\n    options:\n      - {code: b}\n", file="x")
        assert [
            document.line(path) for path in ("items[0].options", "items[0].options[0].code", "items[0].nowhere")
        ] == [3, 4, 2]


class TestShipped:
    def test_the_check_finds_nothing_to_mend(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert definitions_check.main([]) == 0
        assert "全部正确" in capsys.readouterr().out

    def test_the_check_says_what_is_wrong_and_exits_1(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (written(tmp_path) / "brand" / "brand.yaml").write_text("id: brand\nid: brand\n", encoding="utf-8")
        assert definitions_check.main([str(tmp_path)]) == 1
        said = capsys.readouterr().err
        assert "第 2 行：“id”写了两次。" in said and "规则没有采用，现行规则不变" in said

    def test_a_folder_that_is_not_there_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert definitions_check.main([str(tmp_path / "nowhere")]) == 2
        assert "找不到定义文件夹" in capsys.readouterr().err

    def test_laiwu_shows_its_four_factors_and_its_brand(self) -> None:
        def there(kind: str, id: str) -> dict[str, object]:
            return resolve(library(), kind, id, regions=definitions.chain("370116"), on=ON).content

        factors = there("grading", "guardianship")["factors"]
        assert isinstance(factors, list)
        assert [factor["zh"] for factor in factors] == ["身心健康", "监护状况", "环境风险", "家庭经济"]
        assert there("brand", "brand")["name"] == "童行未“莱”"
        assert there("display", "display")["shown"] == ["guardianship", "mental_health"]

    def test_sichuan_shows_the_four_colours_after_assessment(self) -> None:
        regions = definitions.chain("510104")
        display = resolve(library(), "display", "display", regions=regions, on=ON).content
        scheme = resolve(library(), "grading", "mental_health", regions=regions, on=ON).content
        assert (display["shown"], display["colours_from"]) == (["mental_health"], "assessment")
        colours = {level["id"]: level["colour"] for level in scheme["levels"]}
        assert [colours[id] for id in ("low", "mid_low", "mid_high", "high")] == ["green", "yellow", "orange", "red"]

    def test_the_files_name_no_machine(self) -> None:
        for path in places.definitions_folder().rglob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            assert not [word for word in ("/work", "/root", "/tmp") if word in text], path.name  # noqa: S108
