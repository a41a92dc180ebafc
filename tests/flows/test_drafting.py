"""Time and unfinished forms: whoever wrote is reminded, a danger in one reaches the child's line."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.flows.story import Story
from tongxin import ledger
from tongxin.accounts.viewers import viewer_of
from tongxin.drafts import selectors, services
from tongxin.drafts.models import FormDraft
from tongxin.drafts.services import Writing
from tongxin.flows import drafting, handlers
from tongxin.flows.record import asked_of
from tongxin.ledger.models import Entry, Event
from tongxin.lib import ids
from tongxin.notices import services as notices

pytestmark = pytest.mark.django_db


def begin(story: Story, who: str = "周主任", **answers: Any) -> FormDraft:
    asked = asked_of(story.child, form_id="visit_record", at=story.at)
    writing = Writing(ids.new_id(), asked.form_hash, answers, tab=ids.new_id(), turn=1, base=0)
    actor = story.world.viewer(who, story.at)
    saved = services.save(child=story.child, asked=asked, writing=writing, actor=actor, at=story.at)
    assert saved.draft is not None
    return saved.draft


def write_on(story: Story, draft: FormDraft, turn: int, **answers: Any) -> None:
    asked = asked_of(story.child, form_id="visit_record", at=story.at)
    drafting.keep(
        child=story.child, asked=asked, actor=story.world.viewer("周主任", story.at), at=story.at,
        writing=Writing(draft.id, asked.form_hash, answers, tab=draft.tab, turn=turn, base=1),
    )


def wait(story: Story, **span: float) -> list[str]:
    """Time passes while the worker works; the draft events of that time."""
    before = Event.objects.filter(kind__startswith="draft.").count()
    story.at += timedelta(**span)
    while drafting.look_after(story.at):
        continue
    for work in ledger.claim(worker="w", limit=100, now=story.at):
        handlers.run(work, at=story.at)
    return list(Event.objects.filter(kind__startswith="draft.").order_by("id").values_list("kind", flat=True)[before:])


def heard(story: Story, who: str) -> list[str]:
    viewer = viewer_of(person=story.world.people[who], at=story.at)
    return [each.kind for each in notices.unread(viewer=viewer, at=story.at) if each.kind.startswith("draft.")]


def mine(story: Story, at: datetime | None = None) -> int:
    viewer = viewer_of(person=story.world.people["周主任"], at=at or story.at)
    return selectors.mine(viewer=viewer, at=at or story.at).count()


def test_a_draft_left_alone_is_told_of_twice_and_then_put_away(story: Story) -> None:
    begin(story, carer_words="腿疼")
    assert wait(story, hours=23) == []
    assert wait(story, hours=2) == ["draft.reminded"]
    assert heard(story, "周主任") == ["draft.reminded"] and heard(story, "王督导") == []
    assert wait(story, days=26) == ["draft.reminded"]
    assert mine(story) == 1
    assert wait(story, days=3) == ["draft.expired"]
    assert not FormDraft.objects.exists()
    story.rebuilt_equal()


def test_writing_on_begins_the_time_anew(story: Story) -> None:
    draft = begin(story, carer_words="腿疼")
    story.at += timedelta(hours=20)
    asked = asked_of(story.child, form_id="visit_record", at=story.at)
    services.save(
        child=story.child, asked=asked, actor=story.world.viewer("周主任", story.at), at=story.at,
        writing=Writing(draft.id, asked.form_hash, {"carer_words": "好了"}, tab=draft.tab, turn=2, base=1),
    )
    assert wait(story, hours=20) == []
    assert wait(story, hours=5) == ["draft.reminded"]


def test_a_danger_in_a_draft_reaches_the_writer_soon_and_then_the_line(story: Story) -> None:
    begin(story, wish_to_die="yes", carer_words="腿疼")
    assert not story.case.in_crisis
    assert wait(story, minutes=31) == ["draft.reminded"]
    assert heard(story, "周主任") == ["draft.reminded"]
    assert wait(story, hours=2) == ["draft.alarmed"]
    for who in ("王督导", "郑管理", "苏咨询"):
        assert heard(story, who) == ["draft.alarmed"], who


def test_a_danger_is_never_put_away_by_time(story: Story) -> None:
    begin(story, harmed="yes")
    wait(story, days=90)
    assert mine(story) == 1


def test_the_time_of_a_danger_runs_from_its_first_appearance(story: Story) -> None:
    draft = begin(story, harmed="yes")
    for turn in range(2, 5):
        story.at += timedelta(minutes=12)
        asked = asked_of(story.child, form_id="visit_record", at=story.at)
        services.save(
            child=story.child, asked=asked, actor=story.world.viewer("周主任", story.at), at=story.at,
            writing=Writing(
                draft.id, asked.form_hash, {"harmed": "yes", "carer_words": str(turn)}, tab=draft.tab, turn=turn, base=1
            ),
        )
    assert wait(story, minutes=0) == ["draft.reminded"]


def test_throwing_a_danger_away_is_told_to_the_line(story: Story) -> None:
    draft = begin(story, harmed="yes")
    writer = story.world.viewer("周主任", story.at)
    with pytest.raises(drafting.NoReason):
        drafting.drop(draft_id=draft.id, actor=writer, at=story.at)
    assert mine(story) == 1
    drafting.drop(draft_id=draft.id, actor=writer, at=story.at, reason="mistaken")
    assert wait(story, minutes=1) == []
    assert heard(story, "王督导") == ["draft.dropped"]


def test_what_was_handed_in_is_no_draft_any_more(story: Story) -> None:
    draft = begin(story, harmed="yes")
    story.record("visit_record", "周主任", entry_id=draft.id, harmed="yes")
    assert story.case.in_crisis and not FormDraft.objects.exists()
    assert Entry.objects.filter(id=draft.id).count() == 1
    assert wait(story, days=40) == []


def test_nobody_can_hand_in_over_the_draft_of_another(story: Story) -> None:
    draft = begin(story, carer_words="腿疼")
    story.record("visit_record", "王督导", entry_id=draft.id)
    assert mine(story) == 1


def test_a_danger_that_is_taken_out_again_is_told_to_the_line_and_never_put_away(story: Story) -> None:
    draft = begin(story, wish_to_die="yes")
    story.at += timedelta(minutes=1)
    for turn in (2, 3):
        write_on(story, draft, turn, wish_to_die="no")
    assert FormDraft.objects.get().danger_at == draft.danger_at
    wait(story, minutes=0)
    assert heard(story, "王督导") == ["draft.cleared"]
    wait(story, days=90)
    assert mine(story) == 1


def test_a_danger_that_comes_back_is_told_of_at_once(story: Story) -> None:
    draft = begin(story, wish_to_die="yes")
    write_on(story, draft, 2, wish_to_die="no")
    wait(story, hours=3)
    write_on(story, draft, 3, wish_to_die="yes")
    assert wait(story, minutes=0) == ["draft.reminded", "draft.alarmed"]


def test_handing_in_without_the_danger_is_told_to_the_line(story: Story) -> None:
    draft = begin(story, wish_to_die="yes")
    story.record("visit_record", "周主任", entry_id=draft.id)
    assert not story.case.in_crisis
    wait(story, minutes=0)
    assert heard(story, "王督导") == ["draft.cleared"]
