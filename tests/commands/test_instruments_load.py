"""A customer's licensed words: taken whole with their proof or not at all, shown only while the licence holds."""

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.world import START, library
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.rulings import rulings_in
from tongxin.commands import instruments_list, instruments_load
from tongxin.core import grading
from tongxin.core.forms import offered
from tongxin.lib import clock
from tongxin.lib.faults import Fault
from tongxin.rulebook.adoption import adopt
from tongxin.rulebook.models import DefinitionVersion, Licence

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=1)
TEXT = """instrument: isi
version: 2025-09-01
translation_id: zh-CN-licensed
validated: true
source: 权利人提供的中文版
stem: 请选出最符合您的一项。
notice: © 权利人
options:
  degree:
    - {code: 0, zh: 没有}
    - {code: 1, zh: 轻度}
    - {code: 2, zh: 中度}
    - {code: 3, zh: 重度}
    - {code: 4, zh: 极重}
items:
  q1: 甲题
  q2: 乙题
  q3: 丙题
  q4: 丁题
  q5: 戊题
  q6: 己题
  q7: 庚题
licence:
  holder: 权利人
  licensee: 莱芜区
  reference: 合同 7 号
  valid_until: 2026-06-30
  approved_by: 何老师
"""


@pytest.fixture(autouse=True)
def _adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    adopt(library=library(), actor=WORKER, at=START)
    monkeypatch.setattr(clock, "now", lambda: NOW)


def load(folder: Path, text: str = TEXT, proof: bytes = b"%PDF proof") -> int:
    (folder / "words.yaml").write_text(text, encoding="utf-8")
    (folder / "proof.pdf").write_bytes(proof)
    return instruments_load.main([str(folder / "words.yaml"), "--proof", str(folder / "proof.pdf")])


def offers(at: datetime = NOW, on: date | None = None) -> bool:
    rules, _ = rulings_in(region="370116", at=at)
    form = rules.form(library().of("forms", "assessment_form")[0].content)
    shown = offered(form, age=14, roles={"psychiatrist"}, on=on or at.date())
    return any(field.id == "isi" for field in shown.fields)


def test_words_and_proof_are_kept_and_the_form_is_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not offers()
    assert load(tmp_path) == 0
    kept = Licence.objects.get()
    assert bytes(kept.file).decode() == TEXT and bytes(kept.proof) == b"%PDF proof"
    assert kept.proof_sha256 == hashlib.sha256(b"%PDF proof").hexdigest()
    assert DefinitionVersion.objects.get(kind="wordings").content["file_sha256"] == kept.file_sha256
    assert kept.file_sha256 in capsys.readouterr().out
    assert offers(NOW + timedelta(seconds=1))


def test_the_words_stand_in_the_sheet(tmp_path: Path) -> None:
    load(tmp_path)
    instrument = rulings_in(region="", at=NOW)[0].instruments["isi"]
    sheet = grading.sheet_of(instrument)
    assert [item.zh for item in sheet.items][:2] == ["甲题", "乙题"]
    assert (sheet.items[0].options[4].zh, sheet.notice) == ("极重", "© 权利人")
    assert instrument.translation_id == "zh-CN-licensed"


def test_what_was_recorded_before_knows_nothing_of_the_words(tmp_path: Path) -> None:
    load(tmp_path)
    assert not rulings_in(region="", at=START)[0].instruments["isi"].has_words


def test_after_the_last_day_the_form_is_offered_no_more(tmp_path: Path) -> None:
    load(tmp_path)
    assert offers(NOW, on=date(2026, 6, 30))
    assert not offers(NOW, on=date(2026, 7, 1))


@pytest.mark.parametrize(("change", "says"), [
    (("instrument: isi", "instrument: nobody"), "没有量表“nobody”"),
    (("instrument: isi", "instrument: phq_9"), "文字已在定义里"),
    (("  q7: 庚题\n", ""), "缺少题目“q7”的文字"),
    (("  q7: 庚题\n", "  q7: 庚题\n  q8: 辛题\n"), "没有题目“q8”"),
    (("    - {code: 4, zh: 极重}\n", ""), "缺少选项“4”"),
    (("2026-06-30", "2025-08-31"), "许可已于 2025年8月31日到期"),
    (("  reference: 合同 7 号\n", ""), "缺少“reference”"),
    (("q1: 甲题", "q1: ''"), "这里应是一段文字"),
])  # fmt: skip
def test_is_refused_whole(change: tuple[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(Fault, match=says):
        load(tmp_path, TEXT.replace(*change))
    assert not Licence.objects.exists() and not offers()


@pytest.mark.parametrize("proof", [b"", TEXT.encode()])
def test_no_proof_is_no_licence(proof: bytes, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="许可证明"):
        load(tmp_path, proof=proof)
    assert not Licence.objects.exists()


def test_the_list_says_what_can_be_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(tmp_path)
    instruments_list.main([])
    said = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "许可至 2026-06-30" in said["isi"]
    assert "不显示表单" in said["sdq_p"] and "未经效度验证" in said["ces_dc"]
