"""The app speaks the language she chose; what nobody translated yet stays Chinese and is listed for translators."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# Words whose signs depend on what they mean.
TRADITIONAL = {
    "两周后再联系，每周一次": "兩週後再聯繫，每週一次", "请尽快答复，不要重复": "請儘快答覆，不要重複", "复评": "複評",
    "恢复": "恢復", "若干条，批准": "若干條，批准", "时间不准": "時間不準", "头发": "頭髮", "发出": "發出",
    "邻里": "鄰里", "手机里": "手機裡", "分钟": "分鐘", "关系": "關係", "系统": "系統", "后天": "後天",
}


def told() -> dict[str, Any]:
    script = str(Path(__file__).with_name("languages.mjs"))
    done = subprocess.run(
        ["node", script, *TRADITIONAL], capture_output=True, text=True, encoding="utf-8", check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_sentence_has_its_traditional_form() -> None:
    found = told()
    assert len(found["sentences"]) > 150
    # A simplified sign that was left over has no place in the traditional character set.
    left = {zh: said for zh, said in found["traditional"].items() if not _is_traditional(said)}
    assert left == {}
    assert {zh: found["traditional"][zh] for zh in TRADITIONAL} == TRADITIONAL


def _is_traditional(text: str) -> bool:
    return all(sign < "一" or sign > "鿿" or sign.encode("big5", "ignore") for sign in text)


@pytest.mark.parametrize("language", ["bo", "ug"])
def test_a_frame_holds_only_sentences_that_the_app_says(language: str) -> None:
    found = told()
    assert set(found[language]) <= set(found["sentences"])


@pytest.mark.parametrize("language", ["bo", "ug"])
def test_what_is_lacking_is_listed_for_translators(language: str) -> None:
    done = subprocess.run(
        ["node", "scripts/untranslated.mjs", language], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"zh": "打给谁", "state": "missing"} in rows
    assert {row["state"] for row in rows if row["zh"] == "今天"} == {"review"}
