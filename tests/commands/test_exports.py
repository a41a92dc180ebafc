"""`tongxin export fhir|xlsform`: what other systems read, and nothing that the one who asks may not read."""

import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.bundle import Bundle as BundleR5
from fhir.resources.questionnaire import Questionnaire as QuestionnaireR5
from fhir.resources.R4B.bundle import Bundle as BundleR4
from fhir.resources.R4B.questionnaire import Questionnaire as QuestionnaireR4
from pyxform.xls2xform import convert

from tests import world
from tests.flows.story import Story, phq_a
from tongxin.__main__ import main
from tongxin.core import grading, instruments
from tongxin.core.forms import read
from tongxin.ledger.models import Access, AccessSubject
from tongxin.lib import clock, fhir, xlsform

pytestmark = pytest.mark.django_db
Say = pytest.CaptureFixture[str]
PASSWORD = "一段很长的密码-2025"


def every(kind: str) -> list[Any]:
    return [each for each in world.library().versions if each.kind == kind and not each.region]


MODELS = [("R4", QuestionnaireR4, "choice"), ("R5", QuestionnaireR5, "coding")]


@pytest.mark.parametrize(("release", "model", "kind"), MODELS)
def test_every_instrument_whose_words_may_be_shown_is_a_valid_questionnaire(
    release: str, model: Any, kind: str
) -> None:
    found = 0
    for version in every("instruments"):
        instrument = instruments.read(version.content)
        if instrument.may_be_shown(world.START.date()):
            made = fhir.questionnaire(instrument, version.content, release=release)
            model.model_validate(made)
            assert {each["type"] for each in made["item"]} == {"display", kind}
            found += 1
    assert found >= 20


def test_the_codes_of_loinc_are_those_of_the_definition() -> None:
    version = next(each for each in every("instruments") if each.id == "phq_9")
    made = fhir.questionnaire(instruments.read(version.content), version.content, release="R4")
    assert made["code"] == [{"system": fhir.LOINC, "code": "44249-1"}]
    ninth = next(each for each in made["item"] if each["linkId"] == "q9")
    assert ninth["code"] == [{"system": fhir.LOINC, "code": "44260-8"}]
    option = ninth["answerOption"][3]["valueCoding"]
    assert (option["code"], option["extension"][0]["valueDecimal"]) == ("LA6571-9", 3)


def test_a_score_that_is_not_to_be_trusted_says_so_wherever_it_goes() -> None:
    version = next(each for each in every("instruments") if each.id == "mht")
    instrument = instruments.read(version.content)
    totals: dict[str, str | None] = {"total": "70", "lie": "9"}
    told = {}
    for status in ("ok", "invalid"):
        sheet = fhir.Sheet(uuid4(), "X1", world.START, {}, totals, {"total": "at_cut"}, status=status)
        made = fhir.bundle(iter([sheet]), instrument, version.content, release="R4")
        BundleR4.model_validate(made)
        notes = [each["resource"].get("note") for each in made["entry"][1:]]
        told[status] = [note[0]["text"] if note else "" for note in notes]
    assert told["ok"] == ["", ""]
    assert all("只供参考" in text for text in told["invalid"]) and len(told["invalid"]) == 2


def test_every_form_and_instrument_is_an_xlsform_that_pyxform_takes(tmp_path: Path) -> None:
    sets = next(each.content for each in every("fields") if each.id == "option_sets")["sets"]
    read_all = {each.id: instruments.read(each.content) for each in every("instruments")}
    sheets = {id: grading.sheet_of(each) for id, each in read_all.items()}
    for version in every("forms"):
        if any(not rows for rows in sets.values()) and version.id in {"assignment", "recusal", "recusal_end"}:
            continue
        form = read(version.content, option_sets=sets, instruments=sheets)
        file = tmp_path / f"{version.id}.xlsx"
        xlsform.write(form, str(file))
        made = convert(xlsform=file, file_type=".xlsx", form_name=version.id)
        assert f'id="{version.id}"' in made.xform, version.id


@pytest.fixture
def asked(db: None, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A child with an assessment, and a case manager with a password."""
    story = Story(world.build())
    story.identified()
    story.assessed(0, 0, 0, 0, 0, **phq_a(q1="2", q9="1"))
    for name in ("郑管理", "周主任", "陈管理"):
        person = story.world.people[name]
        person.set_password(PASSWORD)
        person.must_change_password = False
        person.save()
    monkeypatch.setattr(clock, "now", lambda: story.at)
    return story


def exported(
    story: Story, name: str, to: Path, monkeypatch: pytest.MonkeyPatch, *more: str, password: str = PASSWORD
) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    login = story.world.people[name].login
    return main(["export", "fhir", "phq_a", "--results", "--as", login, "--purpose", "hospital", "-o", str(to), *more])


def test_results_leave_with_file_numbers_and_each_look_is_recorded(
    asked: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "results.json"
    looks = Access.objects.count()
    assert exported(asked, "郑管理", file, monkeypatch) == 0
    made = json.loads(file.read_text(encoding="utf-8"))
    for model in (BundleR4, BundleR5):
        model.model_validate(made)
    text = json.dumps(made, ensure_ascii=False)
    assert "小雨" not in text and asked.child.file_no in text
    response, *observed = [each["resource"] for each in made["entry"]]
    chosen = {each["linkId"]: each["answer"][0]["valueCoding"]["display"] for each in response["item"]}
    assert chosen["q1"] == "一半以上的天数"
    assert observed[0]["valueQuantity"]["value"] == 3
    look = Access.objects.latest("id")
    assert Access.objects.count() == looks + 1 and (look.purpose, look.part) == ("hospital", "psychological")
    assert AccessSubject.objects.filter(access=look, owner_id=asked.child.id).exists()
    assert exported(asked, "郑管理", file, monkeypatch, "--names") == 0
    assert "小雨" in file.read_text(encoding="utf-8")


def test_nobody_exports_what_they_may_not_read(
    asked: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    file = tmp_path / "results.json"
    looks = Access.objects.count()
    assert exported(asked, "周主任", file, monkeypatch) == 1
    assert exported(asked, "郑管理", file, monkeypatch, password="错的密码") == 1
    assert not file.exists() and "没有打开任何档案" in capsys.readouterr().err
    assert exported(asked, "陈管理", file, monkeypatch) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["entry"] == []
    assert Access.objects.count() == looks


def test_words_under_a_licence_are_not_exported(asked: Story, tmp_path: Path, capsys: Say) -> None:
    for kind in ("fhir", "xlsform"):
        assert main(["export", kind, "sdq_s", "-o", str(tmp_path / "x.xlsx")]) == 1
        assert "受许可保护" in capsys.readouterr().err
    assert main(["export", "xlsform", "phq_9", "-o", str(tmp_path / "phq.xlsx")]) == 0
    assert main(["export", "xlsform", "visit_record", "-o", str(tmp_path / "visit.xlsx")]) == 0
    assert "已导出 走访记录" in capsys.readouterr().out
    assert list(tmp_path.glob(".*")) == []
