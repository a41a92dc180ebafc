"""`tongxin export fhir|xlsform`: what other systems read, and nothing that the one who asks may not read."""

import hashlib
import io
import json
from datetime import timedelta
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
from tests.assessed import assess
from tests.flows.story import Story, phq_a
from tongxin.__main__ import main
from tongxin.accounts import county as counties
from tongxin.accounts.models import Post
from tongxin.core import grading, instruments
from tongxin.core.forms import read
from tongxin.exports.models import Export
from tongxin.flows import export_asking, export_making, export_recipients
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Access, AccessSubject
from tongxin.lib import clock, fhir, ids, xlsform

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
    for county in ("370116", "510104"):
        assess(story.world, "export", county=county)
    story.identified()
    story.assessed(0, 0, 0, 0, 0, **phq_a(q1="2", q9="1"))
    for name in ("郑管理", "周主任", "陈管理"):
        person = story.world.people[name]
        person.set_password(PASSWORD)
        person.must_change_password = False
        person.save()
    place = story.world.place("3701")
    post = Post.objects.create(
        id=ids.new_id(), role="city_officer", title="市级人员", division=place,
        organisation=story.world.posts["郑管理"].organisation,
    )
    story.world.posts["钱处长"] = post
    (story.world.people["钱处长"],) = counties.fill(holders=[(post, "above", "钱处长")], at=world.START)
    monkeypatch.setattr(clock, "now", lambda: story.at)
    return story


def ran(
    story: Story, name: str, monkeypatch: pytest.MonkeyPatch, *more: str, password: str = PASSWORD,
    to: str = "1\n张医生",
) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n随转介\n{to}\n"))
    return main(["export", "fhir", "phq_a", "--results", "--as", story.world.people[name].login, *more])


def agreed(story: Story, monkeypatch: pytest.MonkeyPatch, *more: str) -> str:
    """The number of a request of the case manager that somebody above agreed to."""
    assert ran(story, "郑管理", monkeypatch, "--ask", "--purpose", "hospital", *more) == 0
    row = Export.objects.latest("asked_at", "id")
    Export.objects.filter(id=row.id).update(asked_at=story.at)
    export_asking.decide(
        export_id=row.id, agrees=True, words="", actor=story.world.viewer("钱处长", story.at), at=story.at
    )
    return str(row.number)


def test_results_leave_once_another_person_agreed_with_file_numbers_and_each_look_is_recorded(
    asked: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    file = tmp_path / "results.json"
    number = agreed(asked, monkeypatch)
    looks = Access.objects.count()
    assert ran(asked, "郑管理", monkeypatch, "--export", number, "-o", str(file)) == 0
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
    row = Export.objects.get(number=number)
    assert row.state == Export.NOTED and row.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert ran(asked, "郑管理", monkeypatch, "--export", number, "-o", str(tmp_path / "again.json")) == 1
    assert "已经用过" in capsys.readouterr().err and not (tmp_path / "again.json").exists()
    named = agreed(asked, monkeypatch, "--names")
    assert ran(asked, "郑管理", monkeypatch, "--export", named, "-o", str(file)) == 0
    assert "小雨" in file.read_text(encoding="utf-8")


def test_nobody_exports_results_alone(
    asked: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    file, looks = tmp_path / "results.json", Access.objects.count()
    assert ran(asked, "郑管理", monkeypatch, "--purpose", "hospital", "-o", str(file)) == 1
    assert "另一个人先批准" in capsys.readouterr().err
    assert ran(asked, "郑管理", monkeypatch, "--ask", "--purpose", "hospital") == 0
    row = Export.objects.get()
    assert "还没有人批准" in refused(asked, monkeypatch, capsys, row.number, file)
    own = asked.world.viewer("郑管理", asked.at)
    with pytest.raises(NotAllowed):
        export_asking.decide(export_id=row.id, agrees=True, words="", actor=own, at=asked.at)
    above = asked.world.viewer("钱处长", asked.at)
    export_asking.decide(export_id=row.id, agrees=True, words="", actor=above, at=asked.at)
    assert export_making.make(export_id=row.id, at=asked.at).state == Export.AGREED
    assert "这个编号" in refused(asked, monkeypatch, capsys, row.number, file, by="陈管理")
    assert "这个编号" in refused(asked, monkeypatch, capsys, row.number, file, "--purpose", "statistics")
    assert "写不进" in refused(asked, monkeypatch, capsys, row.number, tmp_path / "no" / "such.json")
    assert Export.objects.get().state == Export.AGREED
    late = asked.at
    asked.at += timedelta(days=40)
    assert "到期" in refused(asked, monkeypatch, capsys, row.number, file)
    asked.at = late
    assert not file.exists() and Access.objects.filter(id__gt=looks, purpose="hospital").count() <= 1


def refused(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: Say, number: str, to: Path, *more: str, by: str = "郑管理"
) -> str:
    """What the command says when it gives nothing."""
    assert ran(story, by, monkeypatch, "--export", number, "-o", str(to), *more) == 1
    return capsys.readouterr().err


def test_the_recipient_is_chosen_and_not_typed(
    asked: Story, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    ask = ("--ask", "--purpose", "hospital")
    bodies = export_recipients.bodies(viewer=asked.world.viewer("郑管理", asked.at))
    for to in ("市精神卫生中心", "0", "99999", ""):
        assert ran(asked, "郑管理", monkeypatch, *ask, to=to) == 1
        assert "列出的编号" in capsys.readouterr().err
    other = str(len(bodies) + 1)
    assert ran(asked, "郑管理", monkeypatch, *ask, to=f"{other}\n\n1") == 1
    assert "请选交给哪个单位" in capsys.readouterr().err and not Export.objects.exists()
    assert ran(asked, "郑管理", monkeypatch, *ask, to=f"{other}\n市精神卫生中心 王医生\n1") == 0
    assert ran(asked, "郑管理", monkeypatch, *ask, to="1\n张医生") == 0
    assert ran(asked, "郑管理", monkeypatch, "--ask", "--purpose", "subject", to="2") == 0
    kept = [row.report["to"] for row in Export.objects.order_by("id")]
    assert kept == [
        {"kind": "other", "basis": "by_law"}, {"kind": "body", "id": str(bodies[0].id)},
        {"kind": "person", "id": "guardian"},
    ]


def test_a_request_whose_recipient_was_typed_is_not_agreed_to(asked: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ran(asked, "郑管理", monkeypatch, "--ask", "--purpose", "hospital") == 0
    row = Export.objects.get()
    Export.objects.update(report={})
    with pytest.raises(Refused) as refused:
        export_asking.decide(
            export_id=row.id, agrees=True, words="", actor=asked.world.viewer("钱处长", asked.at), at=asked.at
        )
    assert "没有选定" in refused.value.problems[0].zh


def test_nobody_asks_for_what_they_may_not_read(
    asked: Story, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    looks = Access.objects.count()
    assert ran(asked, "周主任", monkeypatch, "--ask", "--purpose", "hospital") == 1
    assert ran(asked, "郑管理", monkeypatch, "--ask", "--purpose", "hospital", password="错的密码") == 1
    assert "没有打开任何档案" in capsys.readouterr().err
    assert ran(asked, "陈管理", monkeypatch, "--ask", "--purpose", "hospital") == 1
    assert "没有您看得到的儿童" in capsys.readouterr().err
    assert Access.objects.count() == looks and not Export.objects.exists()


def test_words_under_a_licence_are_not_exported(asked: Story, tmp_path: Path, capsys: Say) -> None:
    for kind in ("fhir", "xlsform"):
        assert main(["export", kind, "sdq_s", "-o", str(tmp_path / "x.xlsx")]) == 1
        assert "受许可保护" in capsys.readouterr().err
    assert main(["export", "xlsform", "phq_9", "-o", str(tmp_path / "phq.xlsx")]) == 0
    assert main(["export", "xlsform", "visit_record", "-o", str(tmp_path / "visit.xlsx")]) == 0
    assert "已导出 走访记录" in capsys.readouterr().out
    assert list(tmp_path.glob(".*")) == []
