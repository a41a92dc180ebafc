"""What became of a child in an export after it was made: nothing of it leaves any more, and its requester is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tests.web import test_exports
from tests.web.conftest import MORNING, Office
from tongxin import vault
from tongxin.access.models import Relation
from tongxin.accounts.models import Holding
from tongxin.accounts.viewers import Viewer
from tongxin.exports import selectors
from tongxin.exports.models import FHIR, Content, Export, Included, Recall
from tongxin.exports.rules import rules_at
from tongxin.flows import erasing, export_copies, export_ending, recalls
from tongxin.flows.refusals import Refused
from tongxin.ledger.models import Entry, SetAside
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
OnCommit = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def children(cast: world.World) -> list[Child]:
    return test_exports.seven(cast)


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks: OnCommit) -> OnCommit:
    """What is done once the transaction is kept, done."""
    return django_capture_on_commit_callbacks


class TestOvertaken:
    """What became of a child in it decides at each download."""

    def refused(self, cast: world.World, row: Export, at: datetime = MORNING) -> str:
        with pytest.raises(Refused) as refused:
            export_copies.download(export_id=row.id, actor=cast.viewer("王督导", at), at=at)
        row.refresh_from_db()
        assert row.state == Export.REVOKED and not Content.objects.filter(export=row).exists()
        return refused.value.problems[0].zh

    def test_an_erased_child_takes_the_content_along(
        self, cast: world.World, children: list[Child], office: SignedIn, on_commit: OnCommit
    ) -> None:
        story = Story(cast)
        row, others = test_exports.agreed(cast), test_exports.agreed(cast, "林社工")
        Included.objects.filter(export=others, child_id=story.child.id).delete()
        with on_commit(execute=True, using="default"):
            copy, _ = export_copies.download(export_id=row.id, actor=cast.viewer("王督导", MORNING), at=MORNING)
        story.record("case_closure", "王督导", reason="died")
        story.record("closure_decision", "郑管理", outcome="approved")
        with on_commit(execute=True, using="default"):
            erasing.erase(
                child_id=story.child.id, basis=erasing.RETENTION, proposed_by=cast.people["王督导"].id,
                actor=cast.viewer("郑管理", story.at), at=story.at,
            )
        row.refresh_from_db()
        assert row.state == Export.REVOKED and not Content.objects.filter(export=row).exists()
        assert vault.destroyed([row.content_owner, others.content_owner]) == {row.content_owner}
        copy.refresh_from_db()
        assert copy.password is None and len(copy.sha256) == 64
        page = office("王督导").get(f"/exports/{row.id}/").content.decode()
        assert "档案已经删除" in page and "请重新申请" in page and copy.sha256 in page and "下载一份" not in page
        assert Notice.objects.filter(kind="export.recalled", post_id=cast.posts["王督导"].id).exists()
        asked = Recall.objects.get()
        assert asked.number == row.number and "小雨" not in office("王督导").get("/recalls/").content.decode()
        assert "要回的资料" in office("王督导").get("/").content.decode()
        assert row.number in office("王督导").get("/recalls/").content.decode()
        url = f"/recalls/{asked.id}/"
        assert office("林社工").post(url, {"outcome": "destroyed"}).status_code == 404
        assert "请写清楚" in office("王督导").post(url, {"outcome": "unreturned"}, follow=True).content.decode()
        assert "已登记" in office("王督导").post(url, {"outcome": "destroyed"}, follow=True).content.decode()
        assert "已经销毁，对方书面说明" in office("王督导").get(f"/exports/{row.id}/").content.decode()
        assert office("王督导").post(url, {"outcome": "destroyed"}).status_code == 404

    def test_what_had_ended_before_is_asked_back_too_and_nothing_that_names_nobody(
        self, cast: world.World, children: list[Child]
    ) -> None:
        row = test_exports.agreed(cast)
        test_exports.opened(cast, row)
        coarse = test_exports.TestWithoutNames().asked(cast)
        test_exports.opened(cast, coarse, "林社工")
        late = MORNING + timedelta(days=40)
        assert export_copies.destroy_expired(at=late) == 2
        assert recalls.about(children[0].id, at=late) == 1 and recalls.about(children[0].id, at=late) == 0
        assert Recall.objects.get().export == row

    def test_a_body_that_got_a_referral_is_asked_by_who_sent_it(self, cast: world.World, children: list[Child]) -> None:
        post = cast.posts["苏咨询"]
        entry = ids.new_id()
        Referral.objects.create(
            entry_id=entry, child_id=children[0].id, kind="medical", urgency="routine", state="accepted",
            from_post_id=post.id, to_organisation_id=cast.body("hospital"), sent_at=MORNING, due_at=MORNING,
            county_id=children[0].county_id,
        )
        assert recalls.about(children[0].id, at=MORNING) == 1
        (asked,) = recalls.open_of(viewer=cast.viewer("苏咨询", MORNING))
        assert asked.number.endswith(entry.hex[-6:].upper())
        assert "人民医院" in "".join(recalls.bodies([asked]).values())

    def test_whom_the_requester_no_longer_sees(
        self, cast: world.World, children: list[Child], office: SignedIn
    ) -> None:
        row = test_exports.agreed(cast)
        Child.objects.filter(id=children[0].id).update(town_id=None, village_id=None, county_id=None)
        page = office("王督导").get(f"/exports/{row.id}/").content.decode()
        assert "请重新申请" in page and "下载一份" not in page
        assert "不能查看" in self.refused(cast, row)

    def test_whose_record_was_set_apart_and_nothing_says_so(self, cast: world.World, children: list[Child]) -> None:
        row = test_exports.agreed(cast)
        later = MORNING + timedelta(hours=1)
        entry = Entry.objects.filter(subject_id=children[0].id).first()
        assert entry is not None
        SetAside.objects.create(row_id=entry.id, at=later)
        assert "不能查看" in self.refused(cast, row, later) and "封存" not in str(row.report)

    def test_who_no_longer_consents(self, cast: world.World, children: list[Child]) -> None:
        said = {"purposes": ["share"], "signer_relation": "mother", "child_agrees": "yes"}
        answers = fill(children[0], "consent", MORNING, answer="given", **said)
        cast.record(children[0], "consent", answers, by="王督导", at=MORNING)
        row = test_exports.agreed(cast, purpose="department")
        assert row.state == Export.MADE
        later = MORNING + timedelta(hours=2)
        answers = fill(children[0], "consent", later, answer="withdrawn", **said)
        cast.record(children[0], "consent", answers, by="王督导", at=later)
        assert "不同意对外共享" in self.refused(cast, row, later)

    def test_who_left_the_post_and_whose_file_one_is_barred_from(
        self, cast: world.World, children: list[Child]
    ) -> None:
        barred, left = test_exports.agreed(cast), test_exports.agreed(cast)
        Relation.objects.create(
            child_id=children[0].id, relation=Relation.RECUSED, person_id=barred.person_id, from_at=MORNING,
            source_id=ids.new_id(),
        )
        assert "不能查看" in self.refused(cast, barred)
        Relation.objects.all().delete()
        Holding.objects.filter(post_id=left.post_id).update(to_at=MORNING)
        with pytest.raises(Refused):
            person = cast.people["王督导"]
            viewer = Viewer(person_id=person.id, seats=())
            export_copies.download(export_id=left.id, actor=viewer, at=MORNING + timedelta(minutes=1))
        assert not Content.objects.exists()

    def test_texts_that_wait_are_shown_no_more(
        self, cast: world.World, children: list[Child], office: SignedIn
    ) -> None:
        before = MORNING - timedelta(hours=1)
        answers = fill(children[0], "case_note", before, noted="说过的话")
        note = cast.record(children[0], "case_note", answers, by="林社工", at=before).entry
        row = test_exports.TestWithoutNames().asked(cast, fields=("sex", "case_note"))
        assert row.state == Export.READING
        text = str(row.texts.get().id)
        SetAside.objects.create(row_id=note.id, at=MORNING)
        client, url = office("林社工"), f"/exports/{row.id}/texts/"
        assert client.get(url).status_code == 302
        assert client.post(url, {"text": text}).status_code == 302
        row.refresh_from_db()
        assert row.state == Export.REVOKED and not row.texts.filter(content__isnull=False).exists()
        assert "请重新申请" in client.get(f"/exports/{row.id}/").content.decode()

    def test_the_worker_looks_at_each_in_turn(self, cast: world.World, children: list[Child]) -> None:
        rows = sorted((test_exports.agreed(cast) for _ in range(3)), key=lambda each: each.id)
        Child.objects.filter(id=children[0].id).update(town_id=None, village_id=None, county_id=None)
        looked = None
        for row in rows:
            looked = export_ending.recall_overtaken(at=MORNING, after=looked)
            assert looked == row.id
        assert {each.state for each in Export.objects.all()} == {Export.REVOKED}
        assert export_ending.recall_overtaken(at=MORNING, after=looked) is None


def test_requests_elsewhere_keep_none_from_its_decider(
    cast: world.World, children: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = test_exports.asked(cast, "王督导"), test_exports.asked(cast, "林社工")
    far = cast.posts["陈管理"].division_id
    Export.objects.filter(id=elsewhere.id).update(division_id=far, asked_at=MORNING - timedelta(days=1))
    monkeypatch.setattr(selectors, "SHOWN", 1)
    viewer = cast.viewer("郑管理", MORNING)
    assert selectors.to_decide(rules_at(MORNING), viewer=viewer, at=MORNING) == [here]


def test_results_are_decided_on_the_same_page_and_written_by_whoever_asked(
    cast: world.World, children: list[Child], office: SignedIn
) -> None:
    row = test_exports.asked(cast, "王督导")
    filters = {"instrument": "phq_a", "names": True}
    Export.objects.filter(id=row.id).update(way=FHIR, purpose="hospital", filters=filters, fields=[])
    home, desk = f"/exports/{row.id}/", office("郑管理")
    page = desk.get(home).content.decode()
    assert "随转介提供给医疗机构" in page and "每次测评的选项" in page and "姓名" in page and "请您决定" in page
    assert desk.post(f"{home}decide/", {"agrees": "yes"}).status_code == 302
    row.refresh_from_db()
    assert row.state == Export.AGREED
    page = office("王督导").get(home).content.decode()
    assert f"--export {row.number}" in page and "等申请人生成文件" in page and "下载一份" not in page
    assert office("王督导").post(f"{home}revoke/").status_code == 302
    row.refresh_from_db()
    assert row.state == Export.REVOKED
