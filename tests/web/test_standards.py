"""Service standards that departments comment and adopt, policy documents with their history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import png
from tests.web.conftest import MORNING, Clock, Office
from tests.web.together import TABLE, do, join, officers, text
from tongxin.coordination.models import Policy, Standard, Step
from tongxin.flows.coordinating_watch import follow_coordination
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
UNTIL = "2025-09-20"


@pytest.fixture
def desk(cast: world.World, office: SignedIn) -> SignedIn:
    officers(cast)
    join(cast, office)
    return office


def draft(desk: SignedIn, **more: str) -> Standard:
    body = {"title": "困境儿童心理服务转介标准", "scope": "转介各方", "text": "三天内答复\n一周内见面", **more}
    answer = desk("郑管理").post(f"{TABLE}standards/new/", body)
    assert answer.status_code == 302, text(answer)
    return Standard.objects.latest("opened_at")


def page(desk: SignedIn, who: str, standard: Standard) -> str:
    return text(desk(who).get(f"{TABLE}standards/{standard.id}/"))


def test_a_standard_is_commented_answered_adopted_and_named_with_its_rule(
    cast: world.World, desk: SignedIn, time: Clock
) -> None:
    standard = draft(desk)
    assert desk("周主任").get(f"{TABLE}standards/{standard.id}/").status_code == 404
    early = do(desk("郑管理"), standard, "adopt", in_force_on="2025-10-01")
    assert early.status_code == 422 and "还没有向各部门征求意见" in text(early)
    soon = do(desk("郑管理"), standard, "ask", until="2025-09-03")
    assert soon.status_code == 422 and "意见至少征求到2025年9月7日" in text(soon)
    assert do(desk("郑管理"), standard, "ask", until=UNTIL).status_code == 302
    assert "服务标准征求意见" in text(desk("教联络").get("/"))
    empty = do(desk("教联络"), standard, "comment", agrees="changes")
    assert empty.status_code == 422
    assert do(desk("教联络"), standard, "comment", agrees="changes", said="三天太短").status_code == 302
    assert do(desk("周主任"), standard, "comment", agrees="agrees").status_code == 404
    waiting = do(desk("郑管理"), standard, "adopt", in_force_on="2025-10-01")
    assert waiting.status_code == 422 and "还有 1 条意见没有答复" in text(waiting)
    comment = Step.objects.get(kind="commented")
    assert do(desk("郑管理"), standard, "reply", comment=str(comment.id), outcome="taken").status_code == 302
    still = do(desk("郑管理"), standard, "adopt", in_force_on="2025-10-01")
    assert still.status_code == 422 and "还有部门没有答复" in text(still)
    assert do(desk("卫联络"), standard, "comment", agrees="agrees").status_code == 302
    done = do(desk("郑管理"), standard, "adopt", in_force_on="2025-10-01", implements=["referrals/referrals"])
    assert done.status_code == 302, text(done)
    assert "将要执行的一版" in page(desk, "周主任", standard)
    time.now = MORNING + timedelta(days=40)
    said = page(desk, "周主任", standard)
    assert "现在执行的一版" in said and " 版）" in said and "referrals/referrals" not in said
    assert "三天太短" not in said
    assert "三天太短" in page(desk, "卫联络", standard)


def test_texts_are_compared_line_by_line_and_nothing_is_lost(desk: SignedIn) -> None:
    standard = draft(desk)
    revised = desk("郑管理").post(f"{TABLE}standards/{standard.id}/revise/", {
        "title": "困境儿童心理服务转介标准", "scope": "转介各方", "text": "五天内答复\n一周内见面", "after": "1",
    })
    assert revised.status_code == 302
    said = text(desk("郑管理").get(f"{TABLE}standards/{standard.id}/compare/"))
    assert "<del>三天内答复</del>" in said and "<ins>五天内答复</ins>" in said
    stale = desk("郑管理").post(f"{TABLE}standards/{standard.id}/revise/", {
        "title": "甲", "scope": "乙", "text": "丙", "after": "1",
    })
    assert stale.status_code == 422 and "别人刚办过" in text(stale)
    for wrong in ("one=9", "one=²", "one=999999999999999"):
        assert desk("郑管理").get(f"{TABLE}standards/{standard.id}/compare/?{wrong}").status_code in {200, 404}


def test_whoever_said_nothing_is_reminded(cast: world.World, desk: SignedIn) -> None:
    standard = draft(desk)
    do(desk("郑管理"), standard, "ask", until=UNTIL)
    do(desk("教联络"), standard, "comment", agrees="agrees")
    standard.refresh_from_db()
    assert standard.ring_at is not None
    follow_coordination(standard.ring_at)
    told = Notice.objects.filter(kind="standard.reminded").values_list("post_id", flat=True)
    assert list(told) == [cast.posts["卫联络"].id]


POLICY = {
    "title": "关于加强困境儿童心理健康关爱服务工作的指导意见", "doc_no": "民发〔2023〕61号",
    "issuers": "民政部、教育部、国家卫生健康委、共青团中央、全国妇联", "level": "nation", "issued_on": "2023-10-26",
    "in_force_on": "2023-10-26", "theme": "护苗筑梦", "says": "畅通转介诊疗通道",
}


def entered(desk: SignedIn, **more: Any) -> Policy:
    answer = desk("郑管理").post(f"{TABLE}policies/new/", {**POLICY, **more})
    assert answer.status_code == 302, text(answer)
    return Policy.objects.latest("opened_at")


def test_a_policy_is_entered_with_its_paper_corrected_and_ended(desk: SignedIn) -> None:
    policy = entered(desk, file=SimpleUploadedFile("a.png", png()), founds=["duty.education.early"])
    said = text(desk("周主任").get(f"{TABLE}policies/{policy.id}/"))
    assert "民发〔2023〕61号" in said and "早期发现" in said and "打开附件" in said
    assert "护苗筑梦" in text(desk("周主任").get(f"{TABLE}policies/"))
    scan = Step.objects.get(scan__isnull=False).scan
    assert desk("周主任").get(f"{TABLE}scans/{scan.id}/").status_code == 200
    assert desk("陈管理").get(f"{TABLE}policies/{policy.id}/").status_code == 404
    assert desk("陈管理").get(f"{TABLE}scans/{scan.id}/").status_code == 404
    body = {**POLICY, "doc_no": "民发〔2023〕62号"}
    assert desk("郑管理").post(f"{TABLE}policies/{policy.id}/correct/", body).status_code == 302
    said = text(desk("周主任").get(f"{TABLE}policies/{policy.id}/"))
    assert "62号" in said and "61号" in said
    assert do(desk("郑管理"), policy, "end").status_code == 422
    assert do(desk("郑管理"), policy, "end", words="被新文件替代").status_code == 302
    assert "不再执行" in text(desk("周主任").get(f"{TABLE}policies/"))
    assert desk("周主任").post(f"{TABLE}policies/new/", POLICY).status_code == 404


@pytest.mark.parametrize(("name", "value"), [
    ("issued_on", "2099-01-01"), ("issued_on", "2023-13-01"), ("in_force_on", "2020-01-01"), ("level", "moon"),
    ("title", ""), ("title", "长" * 121),
])
def test_what_cannot_be_is_told_at_its_place(desk: SignedIn, name: str, value: str) -> None:
    answer = desk("郑管理").post(f"{TABLE}policies/new/", {**POLICY, name: value})
    assert answer.status_code == 422 and f'href="#{name}"' in text(answer)
    assert not Policy.objects.exists()


def test_a_file_that_is_none_is_refused_and_nothing_half_saved(desk: SignedIn) -> None:
    answer = desk("郑管理").post(f"{TABLE}policies/new/", {**POLICY, "file": SimpleUploadedFile("a.pdf", b"no")})
    assert answer.status_code == 422 and not Policy.objects.exists()
