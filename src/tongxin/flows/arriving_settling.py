"""Deciding about what a phone brought and what could not be recorded: record it, open it as a form, put it aside."""

import json
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.assessments.forms import Asked, form_in
from tongxin.core.forms import Problem, review
from tongxin.core.pathway import CHINA
from tongxin.drafts import services as drafts
from tongxin.drafts.services import Writing
from tongxin.flows import arriving_children as children
from tongxin.flows import arriving_holding as holding
from tongxin.flows import lists
from tongxin.flows.arriving import CLUE, EARLY, ERASED, OPENS, let_in_those_who_wait, take_in
from tongxin.flows.arriving_holding import Holding
from tongxin.flows.arriving_reading import Sender, Sent
from tongxin.flows.arriving_words import SHORT
from tongxin.flows.record import Sheet, asked_of, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.ledger.models import Entry, HeldEntry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival

DECIDE, SETTLES = "decide_arrivals", "held_settlement"
GONE = "这条记录刚刚已经由别人处理了，没有再改动。"
NOT_YET = "现在还不能登记：{why}。可以打开成表改好再交，或写明理由搁置。"
OVER = "没有打开：这份表已经办结。请写明理由搁置。"
DUPLICATE = "duplicate_child"
# What a new file takes over from a clue.
IN_FILE = {"name": "child_name", "residence_address": "place", "source_note": "wanted"}


def waiting_for(*, viewer: Viewer, at: datetime) -> QuerySet[Arrival]:
    """What the viewer may decide, the first due first; never what they wrote themselves."""
    if viewer.person_id is None or not access.may_do(viewer=viewer, action=DECIDE, at=at):
        return Arrival.objects.none()
    seen = access.visible(Child.objects.all(), viewer=viewer, part="roster", at=at)
    here = Q()
    for seat in viewer.seats:
        here |= Q(**{f"{seat.division_level}_id": seat.division_id})
    places = Division.objects.filter(here).values("id") if here else Division.objects.none().values("id")
    mine = Q(child_id__in=seen.values("id")) | Q(child_id__isnull=True, division_id__in=places)
    rows = Arrival.objects.filter(mine, settled_at__isnull=True).exclude(person_id=viewer.person_id)
    return rows.select_related("receipt", "device").order_by("due_at", "id")


def part_of(arrival: Arrival, *, at: datetime) -> str:
    """The part of the file to which its form belongs."""
    return rules.access_rules(at=at).part_of(arrival.form_id) if arrival.form_id else "identity"


def may_read(arrival: Arrival, *, viewer: Viewer, at: datetime) -> bool:
    """Whether its words may be read: as the record would admit."""
    if arrival.child_id is None:
        return True
    return access.may(viewer=viewer, child_id=arrival.child_id, part=part_of(arrival, at=at), at=at)


def child_of(arrival: Arrival) -> Child | None:
    """Whom it is about, when there is a file."""
    if arrival.child_id is not None:
        return Child.objects.filter(id=arrival.child_id).first()
    return children.file_for(arrival.named_id)


def meant(arrival: Arrival, sent: Sent, *, viewer: Viewer, at: datetime) -> Child | None:
    """The same; of what waited while a file was only stored, the child whose file it may be once it is in use again."""
    child = child_of(arrival)
    if child is not None or arrival.receipt.reason != DUPLICATE:
        return child
    place = Division.objects.filter(id=arrival.division_id or 0).first()
    like = children.same_person(sent.answers, place) if place else None
    rows = Child.objects.filter(id=like.id) if like else Child.objects.none()
    found: Child | None = access.visible(rows, viewer=viewer, part="roster", at=at).first()
    return found


@transaction.atomic
def record_as_written(*, arrival_id: UUID, actor: Viewer, at: datetime) -> None:
    """It stands in the record as its writer wrote it; a possible duplicate becomes a file of its own."""
    arrival, sent = _taken_up(arrival_id, actor=actor, at=at)
    is_new = arrival.receipt.reason == DUPLICATE
    child = None if is_new else child_of(arrival)
    _take(arrival, sent, child, actor=actor, at=at)
    _settle(arrival, outcome=Arrival.RECORDED, actor=actor, at=at)


@transaction.atomic
def same_child(*, arrival_id: UUID, takes_over: bool, actor: Viewer, at: datetime) -> None:
    """One child after all: what the phone says of its own id is about the file that was there.

    `takes_over`: the second file is recorded too and what it says holds from now on.
    """
    arrival, sent = _taken_up(arrival_id, actor=actor, at=at)
    child = meant(arrival, sent, viewer=actor, at=at)
    if child is None or sent.child is None or arrival.receipt.reason != DUPLICATE:
        raise NotAllowed
    children.stand_for(named=sent.child, child=child, device=arrival.device, at=at, by=actor.person_id)
    if takes_over:
        _take(arrival, sent, child, actor=actor, at=at)
        _settle(arrival, outcome=Arrival.RECORDED, actor=actor, at=at)
    else:
        _settle(arrival, outcome=Arrival.ASIDE, actor=actor, at=at, aside="other_stands")


@transaction.atomic
def put_aside(*, arrival_id: UUID, reason: str, note: str, actor: Viewer, at: datetime) -> None:
    """It is not recorded, for a reason; it stays as it came. The danger in it is not undone by this."""
    if reason not in limits_at(at).aside_reasons:
        raise Refused([Problem("reason", "请选一条理由，没有改动。", True)])
    arrival, _ = _taken_up(arrival_id, actor=actor, at=at)
    _settle(arrival, outcome=Arrival.ASIDE, actor=actor, at=at, aside=reason, note=note)
    if is_homeless(arrival):
        # What was done about it meanwhile waited for a child that there isn't.
        for each in Arrival.objects.filter(named_id=arrival.named_id, settled_at__isnull=True, receipt__reason=EARLY):
            _settle(each, outcome=Arrival.ASIDE, actor=actor, at=at, aside=reason)


@transaction.atomic
def about_child(*, arrival_id: UUID, child_id: UUID, actor: Viewer, at: datetime) -> None:
    """A clue is about a child on file: it stands in that child's record as its writer wrote it."""
    arrival, sent = _taken_up(arrival_id, actor=actor, at=at)
    rows = access.visible(Child.objects.filter(id=child_id), viewer=actor, part="roster", at=at)
    child = rows.first()
    if child is None or not is_homeless(arrival):
        raise NotAllowed
    _join(arrival, sent, child, actor=actor, at=at)


@transaction.atomic
def file_from(*, arrival_id: UUID, actor: Viewer, at: datetime) -> str:
    """The address of a new file with what a clue says of the child; handed in, it takes up what waited."""
    arrival, sent = _taken_up(arrival_id, actor=actor, at=at)
    if not is_homeless(arrival) or not access.may_do(viewer=actor, action="open_file", at=at):
        raise NotAllowed
    asked = _asked_near(arrival, OPENS, at=at)
    said = {to: sent.answers.get(of) for to, of in IN_FILE.items()} if arrival.form_id == CLUE else {}
    known = {"opened_on": at.astimezone(CHINA).date().isoformat(), "source": "other"} | said
    writing = Writing(
        entry_id=holding.opened_id(arrival.id), form_hash=asked.form_hash, tab=arrival.id, turn=1, base=0,
        answers={name: value for name, value in known.items() if isinstance(value, str) and value},
    )
    drafts.save(child=None, asked=asked, writing=writing, actor=actor, at=at)
    return f"/children/new/file/?draft={writing.entry_id}"


@transaction.atomic
def take_up(arrival: Arrival, *, entry: Entry, at: datetime) -> None:
    """The file that was made for it is there: it goes into that file."""
    child = Child.objects.get(id=entry.subject_id)
    person = Person.objects.filter(id=entry.person_id).first() if entry.person_id else None
    actor = viewer_of(person=person, at=at, post_id=entry.post_id) if person else Viewer(person_id=None)
    _join(arrival, holding.sent_in(arrival, viewer=WORKER, at=at), child, actor=actor, at=at)


def _join(arrival: Arrival, sent: Sent, child: Child, *, actor: Viewer, at: datetime) -> None:
    if sent.child is not None:
        children.stand_for(named=sent.child, child=child, device=arrival.device, at=at, by=actor.person_id)
    _take(arrival, sent, child, actor=actor, at=at)
    _settle(arrival, outcome=Arrival.RECORDED, actor=actor, at=at)


@transaction.atomic
def open_as_form(*, arrival_id: UUID, actor: Viewer, at: datetime) -> str:
    """The address of the form with the answers in it; handed in, it settles what waited."""
    arrival, sent = _taken_up(arrival_id, actor=actor, at=at)
    child = child_of(arrival)
    asked = _asked(arrival, child, at=at)
    writing = Writing(
        entry_id=holding.opened_id(arrival.id), form_hash=asked.form_hash, answers=sent.answers, tab=arrival.id,
        turn=1, base=0, about=sent.about, corrects=sent.id if arrival.receipt.reason == "different_copy" else None,
    )
    if drafts.save(child=child, asked=asked, writing=writing, actor=actor, at=at).is_apart:
        raise Refused.because(OVER)
    page = f"/children/{child.id}/forms/{sent.form}/" if child else "/children/new/file/"
    query = f"?draft={writing.entry_id}"
    query += f"&about={sent.about}" if sent.about.isascii() and sent.about else ""
    return page + query + (f"&corrects={sent.id}" if writing.corrects and _is_on_record(sent.id) else "")


def is_homeless(arrival: Arrival) -> bool:
    """Whether there is no file that it could go into: of a child whom nobody knows, or whose file was erased."""
    if arrival.form_id == CLUE and arrival.child_id is None:
        return True
    return arrival.receipt.reason == ERASED and arrival.form_id not in {"", OPENS} and child_of(arrival) is None


def can_open(arrival: Arrival, *, at: datetime) -> bool:
    """Whether there is a form to open it with."""
    child = child_of(arrival)
    return bool(arrival.form_id) and (child is not None or arrival.form_id == OPENS)


def _is_on_record(entry_id: UUID) -> bool:
    return Entry.objects.filter(id=entry_id).exists()


def _asked(arrival: Arrival, child: Child | None, *, at: datetime) -> Asked:
    try:
        if child is not None:
            return asked_of(child, form_id=arrival.form_id, at=at)
        return _asked_near(arrival, arrival.form_id, at=at)
    except rules.NotAdopted:
        raise NotAllowed from None


def _asked_near(arrival: Arrival, form_id: str, *, at: datetime) -> Asked:
    """A form as it holds where the phone's post is."""
    place = Division.objects.filter(id=arrival.division_id or 0).first()
    county = place.county_id if place else None
    return form_in(form_id=form_id, region=rules.region_of(county), at=at, lists=lists.choices_in(county))


def _taken_up(arrival_id: UUID, *, actor: Viewer, at: datetime) -> tuple[Arrival, Sent]:
    """The arrival for one who may decide, alone until the transaction ends."""
    rows = Arrival.objects.select_for_update(of=("self",)).select_related("receipt", "device")
    arrival = rows.filter(id=arrival_id).first()
    if arrival is not None and arrival.settled_at is not None:
        raise Refused.because(GONE)
    allowed = waiting_for(viewer=actor, at=at).filter(id=arrival_id).exists()
    if arrival is None or not allowed or not may_read(arrival, viewer=actor, at=at):
        raise NotAllowed
    return arrival, holding.sent_in(arrival, viewer=actor, at=at, part=part_of(arrival, at=at))


def _take(arrival: Arrival, sent: Sent, child: Child | None, *, actor: Viewer, at: datetime) -> None:
    sender = _writer_or(arrival, child, actor=actor, at=at)
    try:
        with transaction.atomic():
            take_in(sent, child=child, sender=sender, at=at, is_decided=True)
    except Holding as why:
        if why.problems:
            raise Refused(why.problems) from None
        raise Refused.because(NOT_YET.format(why=SHORT[why.reason])) from None


def _writer_or(arrival: Arrival, child: Child | None, *, actor: Viewer, at: datetime) -> Sender:
    """In the writer's name while they may; else in the name of whoever decides."""
    writer = holding.sender_of(arrival, at=at)
    action = f"record.{arrival.form_id}"
    if child is None:
        may = access.may_do(viewer=writer.viewer, action="open_file", at=at)
    else:
        may = access.may(viewer=writer.viewer, child_id=child.id, part="", action=action, at=at)
    if may:
        return writer
    return Sender(device=arrival.device, viewer=actor, behind=writer.behind, knows_clock=False)


def _settle(
    arrival: Arrival, *, outcome: str, actor: Viewer, at: datetime, aside: str = "", note: str = ""
) -> None:
    holding.settle(arrival, outcome=outcome, actor=actor, at=at, aside=aside, note=note)
    waits = HeldEntry.objects.filter(id=arrival.held_id, settled_at__isnull=True) if arrival.held_id else None
    if waits is not None and waits.exists() and arrival.child_id is not None:
        _settle_in_record(arrival, is_recorded=outcome == Arrival.RECORDED, aside=aside, actor=actor, at=at)
    let_in_those_who_wait(arrival.named_id, at=at)


def _settle_in_record(arrival: Arrival, *, is_recorded: bool, aside: str, actor: Viewer, at: datetime) -> None:
    """The copy that acted in the child's record is settled there too."""
    person = Person.objects.filter(id=actor.person_id).first() if actor.person_id else None
    name = vault.open(
        [person.name if person else None], viewer=actor, purpose="decide", part="staff", route="arrivals", at=at
    )[0]
    because = "已照手机上写的登记" if is_recorded else limits_at(at).aside_reasons.get(aside, "已核对")
    answers = {"valid_one": "second" if is_recorded else "first", "note": because, "signature": name or "核对人"}
    sheet = Sheet(
        entry_id=uuid5(holding.OPENED, f"{arrival.id}:held"), form_id=SETTLES, answers=answers, occurred_at=at,
        about=str(arrival.held_id),
    )
    try:
        assert arrival.child_id is not None  # noqa: S101
        record(child_id=arrival.child_id, sheet=sheet, actor=actor, at=at)
    except Held:
        raise Refused.because(GONE) from None


def problems_of(arrival: Arrival, *, viewer: Viewer, at: datetime) -> list[tuple[str, str]]:
    """What was found wrong when it came: place and words."""
    (text,) = vault.open([arrival.found], viewer=viewer, purpose="decide", part="arrival", route="arrivals", at=at)
    return [(str(path), str(zh)) for path, zh in json.loads(text or "[]")]


def answers_shown(arrival: Arrival, sent: Sent, *, at: datetime) -> tuple[Asked | None, dict[str, object]]:
    """The form as it holds now with the answers that fit it, for reading."""
    child = child_of(arrival)
    if not arrival.form_id:
        return None, {}
    try:
        asked = _asked(arrival, child, at=at)
    except NotAllowed:
        return None, {}
    on = (sent.occurred_at or at).astimezone(CHINA).date()
    return asked, review(asked.form, sent.answers, on=on, age=None).answers
