"""One of everything that departments have on one table, each made over its page."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.documents.files import png
from tests.matrix.office import Worker
from tests.matrix.workforce import workforce
from tests.web.conftest import MORNING
from tongxin.coordination.models import (
    Expert,
    JointMeeting,
    Matter,
    Member,
    Opinion,
    Policy,
    Scan,
    Standard,
    TypicalCase,
)

TABLE = "/coordination/"
DAY = f"{MORNING:%Y-%m-%d}"
NOW = f"{MORNING:%Y-%m-%dT%H:%M}"


def together(here: dict[str, Worker]) -> dict[str, Any]:
    """The ids by the name an address gives them."""
    lead, officer = here["case_manager"].browser(), here["department_officer"]

    def send(url: str, body: dict[str, Any], by: Any = lead) -> None:
        answer = by.post(f"{TABLE}{url}", body)
        assert answer.status_code == 302, answer.content.decode()

    kind = officer.post.organisation.kind
    send(f"members/{kind}/set/", {"organisation": str(officer.post.organisation_id), "posts": [str(officer.post.id)]})
    later = f"{MORNING + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    send("meetings/new/", {"kind": "regular", "planned_for": later, "title": "会", "place": "三楼"})
    meeting = JointMeeting.objects.get()
    send(f"meetings/{meeting.id}/ask/", {})
    send(f"meetings/{meeting.id}/hold/", {"held_at": NOW, "chaired": "甲", "said": "议"})
    due = f"{MORNING + timedelta(days=9):%Y-%m-%d}"
    send(f"meetings/{meeting.id}/decide/", {"member": str(Member.objects.get().id), "what": "办", "due_on": due})
    matter = Matter.objects.get()
    proof = {"result": "done", "did": "办了", "file": SimpleUploadedFile("a.png", png())}
    send(f"orders/{matter.id}/answer/", proof, officer.browser())
    send("standards/new/", {"title": "标准", "scope": "甲", "text": "乙"})
    send("policies/new/", {"title": "文件", "doc_no": "1号", "issuers": "甲", "level": "county", "issued_on": DAY,
                           "in_force_on": DAY, "says": "乙"})
    for role in ("psychiatrist", "clinical_supervisor"):
        send("experts/new/", {"person": str(here[role].person.id), "fields": ["law"], "grade": "officer",
                              "evidence": "证", "from_on": DAY, "to_on": "2026-08-31"})
    text = dict.fromkeys(("title", "background", "found", "did", "changed", "learnt"), "一个孩子")
    send("cases/new/", {**text, "topic": "mood"}, here["social_worker"].browser())
    case = TypicalCase.objects.get()
    send(f"cases/{case.id}/ask/", {"experts": [str(each.id) for each in Expert.objects.all()]})
    return {
        "coordination.department": kind, "joint_id": meeting.id, "joint_deed": "hold", "matter_id": matter.id,
        "matter_deed": "judge", "standard_id": Standard.objects.get().id, "standard_deed": "ask",
        "policy_id": Policy.objects.get().id, "typical_id": case.id, "typical_deed": "withdraw",
        "expert_id": Expert.objects.earliest("number").id, "opinion_id": Opinion.objects.earliest("number").id,
        "opinion_deed": "answer", "coordination.scan_id": Scan.objects.get().id, **workforce(here),
    }
