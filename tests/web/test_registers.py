"""The registers: one writes, another judges; incidents run against the clock; agreements end with a proof."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import png
from tests.web.conftest import MORNING, Clock, Office
from tongxin.accounts import county as counties
from tongxin.accounts.models import Holding, Organisation, Post
from tongxin.cases.models import Case
from tongxin.exports.models import Export, Included
from tongxin.flows import export_asking, export_ending
from tongxin.flows.export_asking import Wish
from tongxin.flows.refusals import Refused
from tongxin.flows.register_watch import follow_registers
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.looking.models import Unusual
from tongxin.notices.models import Notice
from tongxin.registers.impact import pia_in_force
from tongxin.registers.models import IMPACT, INCIDENT, Line, Step, Version

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
ROLES = {"安全员": "security_administrator", "审计员": "audit_administrator"}


@pytest.fixture
def desk(cast: world.World, office: SignedIn) -> SignedIn:
    """The cast's browsers, with a security and an audit administrator of the county."""
    place = cast.place("370116")
    body = Organisation.objects.create(kind="office", name="信息中心", division=place)
    for login, (name, role) in enumerate(ROLES.items()):
        post = Post.objects.create(id=ids.new_id(), role=role, title=name, organisation=body, division=place)
        cast.posts[name] = post
        (cast.people[name],) = counties.fill(holders=[(post, f"register{login}", name)], at=world.START)
    return office


def text(answer: Any) -> str:
    return str(answer.content.decode())


def page(line: Line) -> str:
    return f"/registers/lines/{line.id}/"


def assess(desk: SignedIn, topic: str = "entrusted", *, by: str = "安全员", **more: Any) -> Line:
    """An impact assessment."""
    asked = ("lawful", "minimal", "told", "under_14", "judged", "access", "secured", "outside", "ended")
    body = {
        "topic": topic, "reasons": ["entrusted"], "scope": "只给档案编号", "effects": "可能被同学知道",
        "risk": "medium",
        "measures": "加密，签承诺", "conclusion": "with_measures", **dict.fromkeys(asked, "kept"), **more,
    }
    answer = desk(by).post("/registers/impact/new/", body)
    assert answer.status_code == 302, text(answer)
    return Line.objects.filter(register=IMPACT).latest("id")


def agree(client: Office, line: Line, outcome: str = "agreed", **more: Any) -> Any:
    newest = line.versions.order_by("number").last()
    assert newest is not None
    return client.post(f"{page(line)}review/", {"of": str(newest.number), "outcome": outcome, **more})


def contract(desk: SignedIn, ends: str = "2025-12-31") -> Line:
    body = {
        "topic": "software", "party": "某某公司", "contact": "经理", "purpose": "运行维护", "activities": ["files"],
        "parts": ["roster"], "begins": "2025-01-01", "ends": ends, "measures": ["least"], "passing_on": "forbidden",
        "supervision": "每季度检查",
    }
    answer = desk("安全员").post("/registers/agreement/new/", body)
    assert answer.status_code == 302, text(answer)
    return Line.objects.latest("id")


def incident(desk: SignedIn, by: str = "周主任", harm: str = "possible") -> Line:
    body = {"topic": "leak", "found_at": "2025-09-02T08:30", "what": "名单发到了群里", "harm": harm}
    answer = desk(by).post("/registers/incident/report/", body)
    assert "已报告" in text(answer), text(answer)
    return Line.objects.get(register=INCIDENT)


def done(client: Office, line: Line, stage: str, when: str = "2025-09-02T08:50") -> Any:
    return client.post(f"{page(line)}stages/{stage}/", {
        "happened_at": when, "to": "区委网信办值班室", "way": "phone", "said": "说明了经过",
    })


class TestAssessment:
    def test_holds_once_another_person_agreed_and_until_it_is_due_again(
        self, cast: world.World, desk: SignedIn, time: Clock
    ) -> None:
        line = assess(desk, by="郑管理")
        county = line.county_id
        assert pia_in_force("entrusted", county_id=county, at=time.now) is None
        assert agree(desk("安全员"), line).status_code == 404
        assert "自己写的不能自己核对" in text(agree(desk("郑管理"), line))
        assert agree(desk("审计员"), line).status_code == 302
        assert pia_in_force("entrusted", county_id=county, at=time.now) == line
        assert pia_in_force("entrusted", county_id=county, at=time.now + timedelta(days=366)) is None
        assert pia_in_force("export", county_id=county, at=time.now) is None
        assert pia_in_force("entrusted", county_id=cast.place("510104").id, at=time.now) is None

    def test_that_says_no_admits_nothing_and_a_high_risk_is_not_waved_through(self, desk: SignedIn) -> None:
        line = assess(desk, conclusion="stop", risk="high")
        agree(desk("审计员"), line)
        assert pia_in_force("entrusted", county_id=line.county_id, at=MORNING) is None
        answer = desk("安全员").post("/registers/impact/new/", {"topic": "files", "risk": "high", "conclusion": "go"})
        assert answer.status_code == 422 and "风险高的不能直接写" in text(answer) and "还没有填" in text(answer)

    def test_a_new_version_leaves_the_former_in_force_until_it_is_agreed(self, desk: SignedIn) -> None:
        line = assess(desk)
        agree(desk("审计员"), line)
        body = {**_sent(desk("安全员"), line), "risk": ["high"], "conclusion": ["stop"], "after": "1"}
        assert desk("安全员").post(f"{page(line)}revise/", body).status_code == 302
        assert pia_in_force("entrusted", county_id=line.county_id, at=MORNING) == line
        assert [each.number for each in line.versions.order_by("number")] == [1, 2]
        stale = desk("安全员").post(f"{page(line)}revise/", body)
        assert stale.status_code == 422 and "别人刚办过" in text(stale)
        agree(desk("审计员"), line)
        assert pia_in_force("entrusted", county_id=line.county_id, at=MORNING) is None
        assert "只给档案编号" in text(desk("审计员").get(page(line)))

    def test_nothing_is_written_over(self, desk: SignedIn) -> None:
        version = Version.objects.get(line=assess(desk))
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
            version.save()


def _sent(client: Office, line: Line) -> dict[str, Any]:
    """What the form of a new version holds before anything is changed."""
    rows = client.get(f"{page(line)}revise/").context["rows"]
    return {
        row["name"]: [each["id"] for each in row["options"] if each["on"]] or [row["value"]] for row in rows
    }


class TestAgreement:
    def test_needs_an_assessment_before_anybody_agrees(self, desk: SignedIn) -> None:
        line = contract(desk)
        assert "还没有另一人审过" in text(agree(desk("审计员"), line)).replace("要先有另一人审过", "还没有另一人审过")
        assert Line.objects.get(id=line.id).state == Line.WAITING
        agree(desk("审计员"), assess(desk))
        assert agree(desk("审计员"), line).status_code == 302
        assert Line.objects.get(id=line.id).state == Line.IN_FORCE

    def test_ends_with_a_proof_that_another_person_checks(
        self, cast: world.World, desk: SignedIn, time: Clock
    ) -> None:
        agree(desk("审计员"), assess(desk))
        line = contract(desk, ends="2025-10-10")
        agree(desk("审计员"), line)
        time.now = datetime(2025, 9, 11, 9, tzinfo=MORNING.tzinfo)
        follow_registers(time.now)
        assert Notice.objects.filter(kind="register.reminded", post_id=cast.posts["安全员"].id).exists()
        time.now += timedelta(days=62)
        follow_registers(time.now)
        line.refresh_from_db()
        assert line.state == Line.EXPIRED and "已逾期" in text(desk("审计员").get("/registers/agreement/"))
        body = {"outcome": "destroyed", "done_on": "2025-11-01"}
        assert "请上传对方盖章的证明" in text(desk("安全员").post(f"{page(line)}certificate/", body))
        scan = SimpleUploadedFile("proof.png", png())
        assert desk("安全员").post(f"{page(line)}certificate/", {**body, "file": scan}).status_code == 302
        proof = Step.objects.get(kind=Step.CERTIFIED)
        assert proof.paper.sha256 in text(desk("审计员").get(page(line)))
        assert desk("审计员").get(f"/registers/papers/{proof.paper.id}/").content.startswith(b"\x89PNG")
        assert desk("林社工").get(f"/registers/papers/{proof.paper.id}/").status_code == 404
        again = desk("安全员").post(f"{page(line)}certificate/", {**body, "file": scan})
        assert again.status_code == 422
        desk("审计员").post(f"{page(line)}review/", {"of": str(proof.id), "outcome": "agreed"})
        line.refresh_from_db()
        assert (line.state, line.due_at) == (Line.ENDED, None)


    def test_one_that_is_over_when_it_is_written_down_is_asked_for_its_proof_at_once(self, desk: SignedIn) -> None:
        line = contract(desk, ends="2025-06-30")
        assert Line.objects.get(id=line.id).state == Line.EXPIRED
        assert "<strong>等审计员或" in text(desk("安全员").get(page(line)))
        body = {"outcome": "destroyed", "done_on": "2025-07-01", "statement": "对方签字，已全部删除"}
        answer = desk("安全员").post(f"{page(line)}certificate/", body)
        assert answer.status_code == 302, text(answer)
        proof = Step.objects.get(kind=Step.CERTIFIED)
        desk("审计员").post(f"{page(line)}review/", {"of": str(proof.id), "outcome": "agreed"})
        line.refresh_from_db()
        assert (line.state, line.due_at) == (Line.ENDED, None)

    def test_who_wrote_one_is_told_what_it_lacks_and_whose_turn_it_is(self, desk: SignedIn) -> None:
        seen = text(desk("安全员").get(page(contract(desk))))
        assert "核对的人现在不能同意" in seen and "<strong>等审计员或" in seen and "等安全员" not in seen

    def test_nothing_is_handed_to_somebody_entrusted_without_one(self, cast: world.World, desk: SignedIn) -> None:
        cast.child("小雨甲")

        def asked(recipient: str, at: datetime = MORNING) -> Export:
            wish = Wish(
                purpose="entrusted", words="提供服务", recipient=recipient, fields=("name",), form="csv",
                is_named=True, until_on=(at + timedelta(days=9)).date(),
            )
            return export_asking.ask(
                wish=wish, cases=Case.objects.all(), parts=("roster",), actor=cast.viewer("王督导", at), at=at
            )

        for topic in ("entrusted", "export"):
            agree(desk("审计员"), assess(desk, topic))
        line = contract(desk, ends="2025-10-10")
        for recipient in ("某某公司 王经理", "别的公司"):
            with pytest.raises(Refused) as refused:
                asked(recipient)
            assert "委托处理协议" in refused.value.problems[0].zh
        agree(desk("审计员"), line)
        with pytest.raises(Refused):
            asked("别的公司")
        row = asked("某某公司 王经理")
        later = datetime(2025, 10, 12, 9, tzinfo=MORNING.tzinfo)
        with pytest.raises(Refused):
            asked("某某公司 王经理", later)
        desk("安全员").post(f"{page(line)}end/", {"words": "服务终止"})
        with pytest.raises(Refused) as refused:
            export_asking.decide(
                export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING
            )
        assert "已经结束" in refused.value.problems[0].zh
        Export.objects.filter(id=row.id).update(state=Export.MADE, made_at=MORNING)
        row.refresh_from_db()
        Included.objects.filter(export=row).delete()
        assert export_ending.overtaken(row, at=MORNING) == export_ending.UNAGREED


class TestIncident:
    def test_anybody_reports_and_the_clock_rings_one_person_after_another(
        self, cast: world.World, desk: SignedIn, time: Clock
    ) -> None:
        line = incident(desk)
        posts = {name: cast.posts[name].id for name in ("安全员", "郑管理", "审计员")}
        reported = Notice.objects.filter(kind="incident.reported")
        assert set(reported.values_list("post_id", flat=True)) == {*posts.values()}
        shown = text(desk("安全员").get(page(line)))
        assert "报告网信部门" in shown and "向公安机关报案" not in shown and "9:30 以前" in shown
        assert desk("周主任").get(page(line)).status_code == 404
        for minutes, told in ((31, "安全员"), (91, "郑管理"), (151, "审计员")):
            Notice.objects.all().delete()
            time.now = MORNING + timedelta(minutes=minutes)
            follow_registers(time.now)
            follow_registers(time.now)
            late = Notice.objects.filter(kind="register.delayed", post_id=posts[told])
            assert late.count() == 1, minutes
        rung = Step.objects.filter(kind=Step.RUNG, stage="internal").values_list("outcome", flat=True)
        assert list(rung.order_by("at")) == ["1", "2", "3"]

    def test_what_was_done_late_says_so_and_nothing_happens_before_it_was_found(
        self, desk: SignedIn, time: Clock
    ) -> None:
        line = incident(desk)
        assert done(desk("安全员"), line, "internal", when="2025-09-02T08:00").status_code == 422
        time.now += timedelta(hours=3)
        client = desk("安全员")
        assert done(client, line, "internal", when="2025-09-02T10:30").status_code == 302
        assert "晚了 1小时" in text(client.get(page(line)))
        assert done(client, line, "internal", when="2025-09-02T10:40").status_code == 422
        assert done(desk("审计员"), line, "contained").status_code == 404

    def test_the_wording_fills_in_codes_and_no_word_that_somebody_wrote(self, desk: SignedIn) -> None:
        line = incident(desk)
        shown = next(each for each in desk("安全员").get(page(line)).context["stages"] if each["id"] == "families")
        assert "信息泄露" in shown["wording"] and "2025年9月2日08:30" in shown["wording"]
        assert "名单" not in shown["wording"]

    def test_only_another_person_closes_and_only_when_all_is_done(self, desk: SignedIn, time: Clock) -> None:
        line = incident(desk)
        client, said = desk("郑管理"), {"outcome": "confirmed", "lessons": "以后不在群里发"}
        time.now += timedelta(minutes=30)
        waiting = desk("审计员").post(f"{page(line)}close/", said)
        assert waiting.status_code == 422 and "还有没办的：报告本单位负责人" in text(waiting)
        for stage in ("internal", "contained", "regulator", "superior", "summary"):
            assert done(client, line, stage).status_code == 302, stage
        assert client.post(f"{page(line)}stages/regulator/skip/", {"words": "不用"}).status_code == 422
        client.post(f"{page(line)}stages/families/skip/", {"words": "措施已完全避免危害"})
        assert desk("周主任").post(f"{page(line)}close/", said).status_code == 404
        body = {**_sent(client, line), "crime": ["no_sign"], "after": "1"}
        assert client.post(f"{page(line)}revise/", body).status_code == 302
        assert "不能自己结案" in text(client.post(f"{page(line)}close/", said))
        assert desk("审计员").post(f"{page(line)}close/", said).status_code == 302
        line.refresh_from_db()
        assert (line.state, line.due_at, line.ring_at) == (Line.CLOSED, None, None)

    def test_a_milder_description_stops_no_clock_and_moves_none(self, desk: SignedIn, time: Clock) -> None:
        line, client = incident(desk), desk("安全员")
        body = {**_sent(client, line), "crime": ["no_sign"], "harm": ["none"], "after": "1"}
        later = client.post(f"{page(line)}revise/", {**body, "found_at": "2025-09-02T08:59"})
        assert later.status_code == 422 and "只能改早" in text(later)
        assert client.post(f"{page(line)}revise/", body).status_code == 302
        assert {"regulator", "superior"} <= {each["id"] for each in client.get(page(line)).context["stages"]}
        assert client.post(f"{page(line)}stages/internal/skip/", {"words": "不用"}).status_code == 422
        assert client.post(f"{page(line)}stages/regulator/skip/", {"words": "查明没有外泄"}).status_code == 302

    def test_a_look_that_was_found_to_be_one_waits_for_the_register(self, cast: world.World, desk: SignedIn) -> None:
        look = Unusual.objects.create(
            rule="after_hours", person_id=cast.people["林社工"].id, county_id=cast.place("370116").id,
            on=MORNING.date(), first_at=MORNING, last_at=MORNING, count=9, found_at=MORNING, explain_due_at=MORNING,
            state=Unusual.CLOSED,
            outcome="incident", closed_at=MORNING,
        )
        client, link = desk("安全员"), f"unusual.{look.id}"
        assert f"link={link}" in text(client.get("/registers/"))
        body = {
            "topic": "look", "link": link, "found_at": "2025-09-02T08:30", "what": "夜里看了九份", "harm": "possible",
            "crime": "unknown",
        }
        assert client.post("/registers/incident/new/", body).status_code == 302
        assert "核实为事件的不寻常查看" in text(client.get(page(Line.objects.get(register=INCIDENT))))
        assert link not in text(client.get("/registers/"))
        assert "已经登记过" in text(client.post("/registers/incident/new/", body))


class TestProcessing:
    def test_comes_filled_in_and_tells_where_practice_differs(
        self, cast: world.World, desk: SignedIn, time: Clock
    ) -> None:
        client = desk("安全员")
        rows = {row["name"]: row for row in client.get("/registers/processing/new/?topic=assessment").context["rows"]}
        known = {each["id"] for each in rows["roles"]["options"] if each["on"]}
        assert {"social_worker", "counsellor", "case_manager"} <= known and "child_director" in known
        assert {each["id"] for each in rows["basis"]["options"] if each["on"]} >= {"consent"}
        body = {
            "topic": "assessment", "purpose": "看孩子需要什么帮助", "basis": ["consent"],
            "parts": ["psychological", "care"], "people": ["under_14"], "roles": sorted(known - {"psychiatrist"}),
            "storage": ["server"], "abroad": "never", "retention": "十八周岁后十年", "measures": ["sealed"],
        }
        assert client.post("/registers/processing/new/", body).status_code == 302
        line = Line.objects.get(register="processing")
        assert "精神科医师" in " ".join(client.get(page(line)).context["differences"])
        agree(desk("郑管理"), line)
        undone = {each["topic"].id: each for each in client.get("/registers/").context["undone"]}
        assert undone["assessment"]["lacks"] and not undone["assessment"]["is_unwritten"]
        for holding in Holding.objects.filter(post__role="counsellor"):
            Holding.objects.filter(id=holding.id).update(to_at=time.now)
        assert any("心理咨询师" in each for each in client.get(page(line)).context["differences"])


class TestReport:
    def test_counts_with_definitions_names_nobody_and_leaves_the_unknown_blank(
        self, cast: world.World, desk: SignedIn, time: Clock
    ) -> None:
        line = incident(desk)
        time.now += timedelta(hours=2)
        done(desk("安全员"), line, "internal")
        agree(desk("审计员"), assess(desk))
        desk("审计员").get(page(line))
        made = desk("审计员").post("/registers/report/2025/archive/")
        archive = zipfile.ZipFile(io.BytesIO(made.content))
        assert sorted(archive.namelist()) == ["SHA256SUMS", "figures.json", "report.pdf", "report.xlsx"]
        told = json.loads(archive.read("figures.json"))
        numbers = {each["id"]: each["number"] for each in told["figures"]}
        assert (numbers["incidents"], numbers["stages_on_time"], numbers["impacts_in_force"]) == (1, 1, 1)
        assert numbers["trainings"] is None and numbers["looks"] > 0
        assert all(each["means"] for each in told["figures"])
        shown = text(desk("审计员").get("/registers/report/2025/"))
        assert "未统计" in shown
        assert not [name for name in cast.people if name in json.dumps(told, ensure_ascii=False)]
        assert Event.objects.get(kind="report.compiled").clear["year"] == 2025
        before = text(desk("审计员").get("/registers/report/2024/"))
        assert "未统计" in before and "<strong>0" not in before
        assert desk("审计员").get("/registers/report/2026/").status_code == 404
        assert desk("陈管理").post("/registers/report/2025/archive/").content != made.content

    def test_who_keeps_files_elsewhere_sees_nothing_of_it(self, desk: SignedIn) -> None:
        line = assess(desk)
        assert desk("陈管理").get(page(line)).status_code == 404
        assert desk("林社工").get("/registers/").status_code == 404
        assert desk("审计员").get("/registers/impact/new/").status_code == 404
