"""What the law sets apart is in no list, file, figure, copy or phone; what the child's safety rests on stays."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.documents.files import png
from tests.flows.forms import fill
from tests.flows.story import Story
from tongxin import ledger, vault
from tongxin.access.models import Relation
from tongxin.accounts import county as counties
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.documents.services import File
from tongxin.flows import attaching, people_again, rebuild, receiving_apart, repair, setting_apart, shelving, unsealing
from tongxin.flows.facts import facts_of
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.setting_apart import Notice
from tongxin.keeping.models import Custody, Unsealing
from tongxin.ledger.models import Access, Entry, SetAside
from tongxin.lib import ids
from tongxin.notices.models import Notice as Line
from tongxin.people.models import Child
from tongxin.people.projection import apply_categories

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(days=1)
PAPER = Notice(organ="court", document="（2025）鲁0116刑初34号", on=AT.date())


@pytest.fixture
def talk(cast: world.World) -> Entry:
    """An interview made for a court."""
    child = cast.child()
    return cast.record(child, "interview_record", fill(child, "interview_record", AT), by="林社工", at=AT).entry


def second_person(cast: world.World) -> Viewer:
    """Somebody of the same county who keeps no files."""
    posts = counties.open_administration(county=cast.place("370116"), actor=WORKER, at=AT)
    post = posts["security_administrator"]
    (person,) = counties.fill(holders=[(post, "second", "高安全")], at=AT)
    return viewer_of(person=person, at=AT + timedelta(hours=2), post_id=post.id)


def child_of(entry: Entry) -> Child:
    return Child.objects.get(id=entry.subject_id)


def apart(cast: world.World, *entries: Entry, by: str = "郑管理", **more: Any) -> Custody:
    return setting_apart.set_apart(
        child=child_of(entries[0]), entries=[each.id for each in entries], notice=more.pop("notice", PAPER),
        actor=cast.viewer(by, AT), at=AT + timedelta(hours=1), **more,
    )


def everything_derived(child_id: UUID) -> Any:
    case = Case.objects.get(id=child_id)
    return case.stage, case.level, case.state, sorted(case.tasks.values_list("key", "state", "due_at"))


def test_nothing_shows_that_it_ever_was(cast: world.World) -> None:
    """Nothing is left of it but that a clock started then; not one task is due at another moment."""
    child = cast.child()
    facts = facts_of(child.id)[0]
    entry = cast.record(child, "interview_record", fill(child, "interview_record", AT), by="林社工", at=AT).entry
    before = everything_derived(child.id)
    custody = apart(cast, entry)
    assert not Entry.objects.filter(id=entry.id).exists() and Entry.everything.filter(id=entry.id).exists()
    assert not Result.objects.filter(entry_id=entry.id).exists()
    *others, left = facts_of(child.id)[0]
    assert tuple(others) == facts and left.kind == "anchor" and set(left.data) == {"towards"} and left.role == ""
    assert everything_derived(child.id) == before
    assert rebuild.differences_of(child, at=AT + timedelta(hours=2)) == []
    assert str(child.id).replace("-", "") not in custody.mark
    told = {event.kind for event in ledger.models.Event.objects.filter(subject_id=child.id)}
    assert not {kind for kind in told if kind.startswith("custody")}


def test_a_second_copy_and_a_correction_tell_nothing_and_bring_nothing_back(cast: world.World, talk: Entry) -> None:
    apart(cast, talk)
    child, viewer = child_of(talk), cast.viewer("林社工", AT)
    answers = fill(child, "interview_record", AT)
    again = record(child_id=child.id, sheet=Sheet(talk.id, "interview_record", answers, AT), actor=viewer, at=AT)
    assert not again.is_new
    with pytest.raises(Refused):
        record(child_id=child.id, actor=viewer, at=AT, sheet=Sheet(
            ids.new_id(), "interview_record", answers, AT, supersedes=talk.id, correction_kind="correct"
        ))
    assert not Entry.objects.filter(kind="interview").exists()


def test_a_grade_is_never_lowered_by_it(cast: world.World) -> None:
    child = cast.child()
    entry = cast.record(child, "assessment_form", fill(child, "assessment_form", AT), by="林社工", at=AT).entry
    level = Case.objects.get(id=child.id).level
    with pytest.raises(Refused):
        apart(cast, entry)
    assert not SetAside.objects.exists() and Case.objects.get(id=child.id).level == level
    assert Result.objects.filter(entry_id=entry.id).exists()


def test_the_difficulty_itself_goes_from_every_record_that_names_it(cast: world.World, talk: Entry) -> None:
    child, keeper = child_of(talk), cast.viewer("郑管理")
    with pytest.raises(Refused):
        apart(cast, Entry.objects.get(subject_id=child.id, kind="case_file"))
    row = ledger.keep_entry(
        entry_id=ids.new_id(), subject=child.key_owner, kind="registration", form_hash="", occurred_at=AT,
        recorded_at=AT, actor=keeper, clear={},
        answers={"categories": [{"category": "juvenile_record"}, {"category": "left_behind"}]},
    ).entry
    people_again.tell_again(child=child, at=AT)
    repair.derive_silently(child, at=AT)
    assert child.categories.count() == 2
    apart(cast, talk)
    said = ledger.open_entries([row], viewer=keeper, purpose="entry", at=AT)[0] or {}
    assert said["categories"] == [{"category": "left_behind"}]
    assert [span.category for span in child.categories.all()] == ["left_behind"]
    assert rebuild.differences_of(Child.objects.get(id=child.id), at=AT + timedelta(hours=2)) == []
    apply_categories(
        child=child, rows=[{"category": "juvenile_record"}, {"category": "left_behind"}], source="roster",
        entry_id=row.id, at=AT,
    )
    assert [span.category for span in child.categories.all()] == ["left_behind"]


def test_only_for_a_purpose_of_the_law_by_two_people_for_a_short_time(cast: world.World, talk: Entry) -> None:
    custody, now = apart(cast, talk), AT + timedelta(hours=2)
    keeper = cast.viewer("郑管理", now)
    for other in ("王督导", "周主任", "林社工", "陈管理"):
        assert setting_apart.custodies(viewer=cast.viewer(other, now), at=now) == []
        with pytest.raises(NotAllowed):
            unsealing.ask(
                custody_id=custody.id, purpose="judicial_case", words="函", actor=cast.viewer(other, now), at=now
            )
    for purpose, words in (("curious", "函"), ("judicial_case", " ")):
        with pytest.raises(Refused):
            unsealing.ask(custody_id=custody.id, purpose=purpose, words=words, actor=keeper, at=now)
    asking = unsealing.ask(custody_id=custody.id, purpose="judicial_case", words="检〔2025〕7号", actor=keeper, at=now)
    assert not Line.objects.filter(kind="custody.asked", child_id__isnull=False).exists()
    with pytest.raises(NotAllowed):
        unsealing.look(asking_id=asking.id, viewer=keeper, at=now)
    with pytest.raises((NotAllowed, Refused)):
        unsealing.answer(asking_id=asking.id, agrees=True, actor=keeper, at=now)
    second = second_person(cast)
    unsealing.answer(asking_id=asking.id, agrees=True, actor=second, at=now)
    seen = unsealing.look(asking_id=asking.id, viewer=keeper, at=now)
    assert seen.child.id == talk.subject_id and seen.records[0][0].id == talk.id and seen.records[0][1]
    assert Access.objects.filter(part="set_apart", purpose="unseal.judicial_case", person_id=keeper.person_id).exists()
    with pytest.raises(NotAllowed):
        unsealing.look(asking_id=asking.id, viewer=second, at=now)
    with pytest.raises(NotAllowed):
        unsealing.look(asking_id=asking.id, viewer=keeper, at=now + timedelta(days=2))
    with pytest.raises(NotAllowed):
        unsealing.lift(asking_id=asking.id, actor=keeper, at=now)


def test_lifted_the_records_stand_as_before(cast: world.World, talk: Entry) -> None:
    child, now = child_of(talk), AT + timedelta(hours=2)
    before = everything_derived(child.id)[:3]
    custody, keeper = apart(cast, talk), cast.viewer("郑管理", now)
    repair.derive_silently(child, at=now)
    assert not Result.objects.filter(entry_id=talk.id).exists()
    asking = unsealing.ask(custody_id=custody.id, purpose="lift", words="法院决定解除", actor=keeper, at=now)
    unsealing.answer(asking_id=asking.id, agrees=True, actor=second_person(cast), at=now)
    unsealing.lift(asking_id=asking.id, actor=keeper, at=now)
    assert Entry.objects.filter(id=talk.id).exists() and everything_derived(child.id)[:3] == before
    assert rebuild.differences_of(child, at=now) == []
    assert setting_apart.custodies(viewer=keeper, at=now) == []


def test_the_custody_has_a_key_of_its_own(cast: world.World, talk: Entry) -> None:
    custody = apart(cast, talk)
    assert custody.key_owner == vault.Owner("file", custody.id)
    assert setting_apart.custody_owners(child_of(talk)) == [custody.key_owner]
    vault.destroy(custody.key_owner, at=AT)
    assert setting_apart.opened([custody], viewer=cast.viewer("郑管理"), purpose="unseal.list", at=AT) == [None]


def agreed(cast: world.World, custody: Custody, second: Viewer, *, by: str, purpose: str, at: datetime) -> UUID:
    asking = unsealing.ask(custody_id=custody.id, purpose=purpose, words="函", actor=cast.viewer(by, at), at=at)
    return unsealing.answer(asking_id=asking.id, agrees=True, actor=second, at=at).id


def test_what_was_set_apart_is_kept_on_while_the_file_is_only_stored(cast: world.World) -> None:
    story = Story(cast)
    entry = story.record("interview_record", "林社工").entry
    custody, second, viewer = apart(cast, entry), second_person(cast), "郑管理"
    story.record("case_closure", "王督导", reason="died")
    story.record("closure_decision", viewer, outcome="approved")
    story.at += timedelta(days=1)
    keeper = cast.viewer(viewer, story.at)
    shelving.shelve(
        child_id=story.child.id, basis="request", proposed_by=cast.people["王督导"].id, actor=keeper, at=story.at
    )
    seen = agreed(cast, custody, second, by=viewer, purpose="judicial_case", at=story.at)
    found = unsealing.look(asking_id=seen, viewer=keeper, at=story.at)
    child = found.child
    assert child.file_no == story.child.file_no and found.records[0][0].id == entry.id and found.records[0][1]
    lifted = agreed(cast, custody, second, by=viewer, purpose="lift", at=story.at)
    Relation.objects.create(
        child_id=child.id, relation=Relation.RECUSED, person_id=keeper.person_id, from_at=story.at,
        to_at=story.at + timedelta(minutes=1),
    )
    with pytest.raises(NotAllowed):
        unsealing.lift(asking_id=lifted, actor=keeper, at=story.at)
    story.at += timedelta(minutes=2)
    unsealing.lift(asking_id=lifted, actor=cast.viewer(viewer, story.at), at=story.at)
    assert Entry.objects.filter(id=entry.id).exists() and Child.objects.get(id=child.id).county_id is None
    assert Case.objects.get(id=child.id).county_id is None
    story.rebuilt_equal()
    shelving.bring_back(child_id=child.id, actor=cast.viewer(viewer, story.at), at=story.at)
    story.rebuilt_equal()


def test_it_goes_with_the_child_to_the_desk_of_the_new_county(cast: world.World) -> None:
    story = Story(cast)
    entry = story.record("interview_record", "林社工").entry
    custody, second = apart(cast, entry), second_person(cast)
    story.at += timedelta(hours=1)
    before = agreed(cast, custody, second, by="郑管理", purpose="lift", at=story.at)
    waits = unsealing.ask(
        custody_id=custody.id, purpose="lift", words="函", actor=cast.viewer("郑管理", story.at), at=story.at
    )
    story.record("transfer_out", "郑管理", to_division="510104")
    story.record("transfer_in", "陈管理", outcome="accepted")
    old, new = cast.viewer("郑管理", story.at), cast.viewer("陈管理", story.at)
    assert setting_apart.custodies(viewer=old, at=story.at) == []
    assert [each.id for each in setting_apart.custodies(viewer=new, at=story.at)] == [custody.id]
    assert Line.objects.filter(kind="custody.moved", post_id__in=new.post_ids, child_id__isnull=True).count() == 1
    assert unsealing.waiting(viewer=second, at=story.at) == []
    with pytest.raises(NotAllowed):
        unsealing.answer(asking_id=waits.id, agrees=True, actor=second, at=story.at)
    for attempt in (unsealing.look, unsealing.lift):
        with pytest.raises(NotAllowed):
            attempt(asking_id=before, at=story.at, **{"viewer" if attempt is unsealing.look else "actor": old})
    asking = unsealing.ask(custody_id=custody.id, purpose="lift", words="函", actor=new, at=story.at)
    Unsealing.objects.filter(id=asking.id).update(answered_at=story.at, until_at=story.at + timedelta(hours=1))
    assert unsealing.look(asking_id=asking.id, viewer=new, at=story.at).child.id == story.child.id
    unsealing.lift(asking_id=asking.id, actor=new, at=story.at)
    assert Entry.objects.filter(id=entry.id).exists()
    story.rebuilt_equal()


@pytest.mark.parametrize(("chosen", "kind"), [(0, "correct"), (1, "correct"), (2, "correct"), (1, "retract")])
def test_all_versions_of_a_record_go_together(cast: world.World, chosen: int, kind: str) -> None:
    story = Story(cast, cast.child(), at=AT)
    versions = [story.record("interview_record", "林社工").entry]
    for correction in ("correct", kind):
        more = {"supersedes": versions[-1].id, "correction_kind": correction}
        versions.append(story.record("interview_record", "林社工", **more).entry)
    before, told = everything_derived(story.child.id), len(facts_of(story.child.id)[0])
    custody = setting_apart.set_apart(
        child=story.child, entries=[versions[chosen].id], notice=PAPER, actor=cast.viewer("郑管理", story.at),
        at=story.at,
    )
    assert everything_derived(story.child.id) == before
    # Of a record that was taken back no clock ran.
    assert len(facts_of(story.child.id)[0]) == told - (2 if kind == "correct" else 3)
    (said,) = setting_apart.opened([custody], viewer=cast.viewer("郑管理"), purpose="unseal.list", at=story.at)
    assert said is not None and said["entries"] == [str(each.id) for each in versions]
    story.rebuilt_equal()


def test_of_an_identity_the_versions_before_go_and_the_last_stands(cast: world.World) -> None:
    story = Story(cast, cast.child(), at=AT)
    versions = [Entry.objects.get(subject_id=story.child.id, kind="case_file")]
    for name in ("小雨", "小雨点"):
        more = {"supersedes": versions[-1].id, "correction_kind": "correct", "entry_id": ids.new_id()}
        versions.append(story.record("case_file", "郑管理", name=name, **more).entry)
    with pytest.raises(Refused):
        apart(cast, versions[2])
    setting_apart.set_apart(
        child=story.child, entries=[versions[1].id], notice=PAPER, actor=cast.viewer("郑管理", story.at), at=story.at
    )
    left = set(Entry.objects.filter(subject_id=story.child.id).values_list("id", flat=True))
    assert versions[2].id in left and not left & {versions[0].id, versions[1].id}
    story.rebuilt_equal()


def test_a_former_identity_comes_back_after_the_later_one_only(cast: world.World) -> None:
    story = Story(cast, cast.child(), at=AT)
    versions = [Entry.objects.get(subject_id=story.child.id, kind="case_file")]
    custodies = []
    for name in ("小雨", "小雨点"):
        more = {"supersedes": versions[-1].id, "correction_kind": "correct", "entry_id": ids.new_id()}
        versions.append(story.record("case_file", "郑管理", name=name, **more).entry)
        custodies.append(setting_apart.set_apart(
            child=story.child, entries=[versions[-2].id], notice=PAPER, actor=cast.viewer("郑管理", story.at),
            at=story.at,
        ))
    second, keeper = second_person(cast), cast.viewer("郑管理", story.at)
    first, later = (
        agreed(cast, custody, second, by="郑管理", purpose="lift", at=story.at) for custody in custodies
    )
    with pytest.raises(Refused):
        unsealing.lift(asking_id=first, actor=keeper, at=story.at)
    for each in (later, first):
        unsealing.lift(asking_id=each, actor=keeper, at=story.at)
    standing = people_again.standing_entries(ledger.facts(story.child.key_owner))
    assert versions[2].id in {each.id for each in standing} and not {each.id for each in standing} & {
        versions[0].id, versions[1].id
    }
    story.rebuilt_equal()


def test_no_date_moves_when_a_visit_goes_and_none_when_it_comes_back(cast: world.World) -> None:
    story = Story(cast, cast.child(), at=AT)
    story.record("identification_form", "周主任")
    story.at += timedelta(days=20)
    seen = story.record("visit_record", "周主任").entry
    before = everything_derived(story.child.id)
    assert any(key.endswith(str(seen.id)) for key, _, _ in before[3])
    custody = setting_apart.set_apart(
        child=story.child, entries=[seen.id], notice=PAPER, actor=cast.viewer("郑管理", story.at), at=story.at
    )
    assert everything_derived(story.child.id) == before
    story.rebuilt_equal()
    asked = agreed(cast, custody, second_person(cast), by="郑管理", purpose="lift", at=story.at)
    unsealing.lift(asking_id=asked, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert everything_derived(story.child.id) == before


def test_looking_ahead_says_all_that_goes_and_changes_nothing(cast: world.World) -> None:
    story = Story(cast, cast.child(), at=AT)
    first = story.record("interview_record", "林社工").entry
    second = story.record("interview_record", "林社工", supersedes=first.id, correction_kind="correct").entry
    before, actor = everything_derived(story.child.id), cast.viewer("郑管理", story.at)
    chosen = setting_apart.look_ahead(
        child=story.child, entries=[second.id], notice=PAPER, actor=actor, at=story.at
    )
    assert [each.id for each in chosen.entries] == [first.id, second.id]
    assert not SetAside.objects.exists() and not Custody.objects.exists()
    assert everything_derived(story.child.id) == before
    with pytest.raises(Refused):
        setting_apart.look_ahead(
            child=story.child, entries=[second.id], notice=Notice("court", " ", AT.date()), actor=actor, at=story.at
        )


def test_what_arrives_goes_straight_into_custody(cast: world.World) -> None:
    child, keeper = cast.child(), cast.viewer("郑管理", AT)
    before, entries = everything_derived(child.id), Entry.everything.count()
    with pytest.raises(NotAllowed):
        receiving_apart.receive(
            child=child, notice=PAPER, title="判决书", words="判了", scan=None, actor=cast.viewer("林社工", AT), at=AT
        )
    with pytest.raises(Refused):
        receiving_apart.receive(child=child, notice=PAPER, title="判决书", words=" ", scan=None, actor=keeper, at=AT)
    custody = receiving_apart.receive(
        child=child, notice=PAPER, title="判决书", words="判了缓刑", scan=("a.png", png()), actor=keeper, at=AT
    )
    assert everything_derived(child.id) == before and Entry.everything.count() == entries
    assert "缓刑" not in str(Custody.objects.values().get())
    with pytest.raises(Refused):
        unsealing.ask(custody_id=custody.id, purpose="lift", words="函", actor=keeper, at=AT)
    asked = agreed(cast, custody, second_person(cast), by="郑管理", purpose="judicial_case", at=AT)
    seen = unsealing.look(asking_id=asked, viewer=keeper, at=AT)
    assert seen.received["words"] == "判了缓刑" and seen.records == []
    assert unsealing.open_scan(asking_id=asked, viewer=keeper, at=AT)[1].startswith(b"\x89PNG")
    assert Access.objects.filter(part="set_apart", purpose="unseal.judicial_case").exists()
    with pytest.raises(NotAllowed):
        unsealing.open_scan(asking_id=asked, viewer=keeper, at=AT + timedelta(days=2))


def test_its_attachments_open_as_its_records_do(cast: world.World) -> None:
    child, keeper, file = cast.child(), cast.viewer("郑管理", AT), ids.new_id()
    attaching.add(
        child=child, actor=cast.viewer("林社工", AT), at=AT,
        file=File(id=file, name="a.png", content=png(), kind="photo", title="", entry_id=None),
    )
    custody = setting_apart.set_apart(
        child=child, entries=[], attachments=[file], notice=PAPER, actor=keeper, at=AT
    )
    asked = agreed(cast, custody, second_person(cast), by="郑管理", purpose="judicial_case", at=AT)
    assert [each.id for each in unsealing.look(asking_id=asked, viewer=keeper, at=AT).files] == [file]
    assert unsealing.open_file(asking_id=asked, file_id=file, viewer=keeper, at=AT)[1].startswith(b"\x89PNG")
    for late, wrong in ((timedelta(days=2), file), (timedelta(0), ids.new_id())):
        with pytest.raises(NotAllowed):
            unsealing.open_file(asking_id=asked, file_id=wrong, viewer=keeper, at=AT + late)
