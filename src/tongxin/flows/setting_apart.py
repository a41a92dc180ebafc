"""Setting records apart by law (犯罪记录封存): they stay as written, and nothing derived or shown knows of them.

Nothing is hidden that the child's safety hangs on: while a grade, an alarm or the way through the case rests on a
record, it is refused in words that say what to do first.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.cases import derivation
from tongxin.cases.derivation import Derived
from tongxin.cases.models import Alarm, Decision, Proposal
from tongxin.core.pathway import CHINA, Fact, in_force, kept_of
from tongxin.documents import selectors as documents
from tongxin.flows import barred, drafting, people_again, shelved
from tongxin.flows.derive import derive_again, ground_for
from tongxin.flows.facts import facts_of
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping import outside
from tongxin.keeping.models import Custody
from tongxin.keeping.outside import APART, Line
from tongxin.keeping.sealing import Rules, rules_at
from tongxin.ledger import apart
from tongxin.ledger.models import SET_APART, Entry, Event, SetAside
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.people.standing import TOLD
from tongxin.rulebook import rules
from tongxin.vault import Owner

ACTION = "keep_sealed_records"
MARK = b"custody"
# What of a case may not change because a record is set apart.
STANDS = ("level", "stage", "is_open", "in_crisis", "is_concern", "staff_concern", "child_state")
NOT_WHOLE = "没有封存：请选发来通知的机关，填文号和通知日期，并选要封存的记录。"
NEVER = "没有封存：所选记录里有流程还要用的（登记、转介、同意、回避、移交）。请先办完，或者不选它们。"
IN_FORCE = "没有封存：身份登记不能整份封存。请先更正那份登记、去掉有关内容，再选更正前的那一份。"
RESTS_ON = "没有封存：孩子现在的等级、危险信号或办理进度还靠着所选的记录。请先复评定级、办结危机或完成这一步，再封存。"


@dataclass(frozen=True, slots=True)
class Notice:
    """The paper by which an organ asks that records be sealed."""

    organ: str
    document: str
    on: date | None
    words: str = ""


def may_keep(*, viewer: Viewer, child_id: UUID, at: datetime) -> bool:
    """Whether somebody keeps what is set apart of this child."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        return False
    return access.may(viewer=viewer, child_id=child_id, part="roster", at=at) or bool(
        shelved.reached(child_id, viewer=viewer, action=ACTION, at=at)
    )


def choices(child: Child, *, at: datetime) -> list[Entry]:
    """The records that can be set apart, the newest first."""
    never = _rules(child, at).never
    entries = ledger.facts(child.key_owner)
    in_force = {entry.id for entry in people_again.standing_entries(entries)}
    rows = [
        entry for entry in entries if entry.form_id not in never and not (entry.kind in TOLD and entry.id in in_force)
    ]
    return rows[::-1]


def set_apart(
    *, child: Child, entries: Sequence[UUID], attachments: Sequence[UUID] = (), notice: Notice, actor: Viewer,
    at: datetime,
) -> Custody:
    """The records are in custody from now on; everything derived is made as if they were not there."""
    child, found = _asked(child, entries, attachments, notice, actor, at)
    row = row_for(child, actor, at)
    keys = vault.create_keys([row.key_owner], at=at)
    with transaction.atomic():
        ledger.lock_subject(child.key_owner)
        chosen = _all_of(child, entries, attachments, found)
        vault.put(row, {"content": json.dumps({
            **said_of(child, notice), "entries": [str(entry.id) for entry in chosen.entries],
            "attachments": [str(file) for file in chosen.files],
            "rows": [str(apart.row_id(child.id, each)) for each in chosen.categories],
        })}, keyring=keys)
        row.save(force_insert=True)
        gone = leave_out(child, chosen.entries, chosen.files, chosen.categories, actor, at, is_exact=True)
        renew(child, actor, at)
        transaction.on_commit(lambda: outside.note([Line(APART, each, at, stands=True) for each in gone]))
        note("custody.sealed", row, actor, at)
    return row


def look_ahead(
    *, child: Child, entries: Sequence[UUID], attachments: Sequence[UUID] = (), notice: Notice, actor: Viewer,
    at: datetime,
) -> "Chosen":
    """All that would go, the versions of each record with it; refused as the act would be, and nothing is changed."""
    child, found = _asked(child, entries, attachments, notice, actor, at)
    with transaction.atomic():
        ledger.lock_subject(child.key_owner)
        chosen = _all_of(child, entries, attachments, found)
        leave_out(child, chosen.entries, chosen.files, chosen.categories, actor, at, is_exact=True)
        transaction.set_rollback(True)
    return chosen


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of one child is set apart together."""

    entries: list[Entry]
    files: list[UUID]
    categories: list[str]


def _asked(
    child: Child, entries: Sequence[UUID], attachments: Sequence[UUID], notice: Notice, actor: Viewer, at: datetime
) -> tuple[Child, Rules]:
    """The child where it lived and the rules there, when somebody may ask and the notice is whole."""
    if not may_keep(viewer=actor, child_id=child.id, at=at):
        raise NotAllowed
    child = shelved.as_lived(child)
    found = _rules(child, at)
    has_any = entries or attachments or child.categories.filter(category__in=found.categories).exists()
    if not has_any or not is_whole(notice, found, at):
        raise Refused.because(NOT_WHOLE)
    return child, found


def is_whole(notice: Notice, found: Rules, at: datetime) -> bool:
    """Whether a paper says who sent it, its number and a day that has come."""
    named = notice.organ in found.organs and notice.document.strip()
    return bool(named) and notice.on is not None and notice.on <= at.astimezone(CHINA).date()


def said_of(child: Child, notice: Notice) -> dict[str, str]:
    """Whose a custody is and by which paper, as it is sealed."""
    return {
        "child": str(child.id), "organ": notice.organ, "document": notice.document.strip(),
        "on": notice.on.isoformat() if notice.on else "", "words": notice.words.strip(),
    }


def _all_of(child: Child, entries: Sequence[UUID], attachments: Sequence[UUID], found: Rules) -> Chosen:
    files = documents.known(child.id, attachments)
    if len(files) < len(set(attachments)):
        raise NotAllowed
    categories = set(child.categories.values_list("category", flat=True)) & found.categories
    return Chosen(_chosen(child, entries, found), files, sorted(categories))


def row_for(child: Child, actor: Viewer, at: datetime) -> Custody:
    if actor.post_id is None:
        raise NotAllowed
    return Custody(
        id=ids.new_id(), mark=mark_of(child), county_id=child.county_id, begun_at=at, begun_by=person_of(actor),
        post_id=actor.post_id,
    )


def mark_of(child: Child) -> str:
    """What the custodies of one child have in common; it can be made with the child's key only."""
    return vault.digest_many([(MARK, child.key_owner)])[0].hex()[:64]


def _chosen(child: Child, entries: Sequence[UUID], found: Rules) -> list[Entry]:
    known = ledger.facts(child.key_owner)
    if not {entry.id for entry in known} >= set(entries):
        raise NotAllowed
    rows = _with_versions(known, set(entries))
    if any(entry.form_id in found.never for entry in rows):
        raise Refused.because(NEVER)
    in_force = {entry.id for entry in people_again.standing_entries(known)}
    if any(entry.kind in TOLD and entry.id in in_force for entry in rows):
        raise Refused.because(IN_FORCE)
    return rows


def _with_versions(known: Sequence[Entry], chosen: set[UUID]) -> list[Entry]:
    """The chosen with all they were corrected from, which would hold again else, and with their own corrections.

    Who the child is goes on standing in the correction that left out what is set apart.
    """
    found, before = set(chosen), set[UUID]()
    while found != before:
        before = set(found)
        for entry in known:
            if entry.id in found and entry.supersedes_id:
                found.add(entry.supersedes_id)
            elif entry.supersedes_id in found and entry.kind not in TOLD:
                found.add(entry.id)
    return [entry for entry in known if entry.id in found]


def leave_out(
    child: Child, entries: Sequence[Entry], files: Iterable[UUID], categories: Iterable[str], actor: Viewer,
    at: datetime, *, is_exact: bool = False,
) -> list[UUID]:
    """The rows of which nothing knows from now on: their results, and what was proposed or decided by them, go.

    The clocks that they started run on; `is_exact` refuses where a step would still be due at another moment.
    """
    facts = facts_of(child.id)[0]
    before = _stands(child, facts, at)
    gone = [entry.id for entry in entries]
    rows = [*gone, *files, *(apart.row_id(child.id, each) for each in categories)]
    clocks = {fact.id: " ".join(kept_of(fact, pathway=before.state.pathway)) for fact in in_force(facts)}
    SetAside.objects.bulk_create([
        SetAside(row_id=row_id, at=at, towards=clocks.get(str(row_id), "")) for row_id in rows
    ])
    after = _stands(child, facts_of(child.id)[0], at)
    if _rests_on(before, after) or (is_exact and _due(before) != _due(after)):
        raise Refused.because(RESTS_ON)
    drafting.end_of(gone, child_id=child.id, actor=actor, at=at)
    for model in (Result, Proposal, Alarm, Decision):
        model._default_manager.filter(entry_id__in=gone).delete()
    if categories or any(entry.kind in TOLD for entry in entries):
        shelved.tell_again(child, at=at)
    return rows


def _stands(child: Child, facts: tuple[Fact, ...], at: datetime) -> Derived:
    return derivation.think(facts, ground=ground_for(child, at=at), at=at)


def _due(found: Derived) -> set[tuple[str, datetime, str]]:
    return {(step.key, step.due_at, step.role) for step in found.steps}


def _rests_on(before: Derived, after: Derived) -> bool:
    """Whether leaving records out would move a grade, silence a danger, move the case, end or put off a task."""
    then, now = before.state, after.state
    alarms = {key for key, alarm in then.alarms.alarms.items() if alarm.is_open}
    due: dict[str, datetime] = {}
    for step in after.steps:
        due[step.rule] = min(step.due_at, due.get(step.rule, derivation.FAR))
    return (
        not alarms <= {key for key, alarm in now.alarms.alarms.items() if alarm.is_open}
        or any(due.get(step.rule, derivation.FAR) > step.due_at for step in before.steps)
        or set(then.report_duties) > set(now.report_duties)
        or any(getattr(then, name) != getattr(now, name) for name in STANDS)
    )


def follow(child: Child, actor: Viewer, at: datetime) -> None:
    """The custodies of a child who lives in another county now are kept by its desk, and it is told."""
    rows = Custody.objects.filter(mark=mark_of(child), lifted_at__isnull=True).exclude(county_id=child.county_id)
    found = rules.access_rules(at=at)
    keeping = [role for role in found.roles if found.may_do(role=role, action=ACTION)]
    posts = Post.objects.filter(division__county_id=child.county_id, role__in=keeping).values_list("id", flat=True)
    for row in rows.order_by("begun_at"):
        Custody.objects.filter(id=row.id).update(county_id=child.county_id)
        notices.tell_posts(posts=list(posts), event=note("custody.moved", row, actor, at), at=at)


def renew(child: Child, actor: Viewer, at: datetime) -> None:
    """The case derived anew, and phones told that the file is another: by an event that says nothing more."""
    child.refresh_from_db()
    derive_again(child=child, actor=actor, at=at)
    ledger.record(kind="file.renewed", subject=child.key_owner, actor=actor, at=at, clear={}, is_fact=True)


def custody_owners(child: Child) -> list[Owner]:
    """Whose keys go with a child who is erased, since something was set apart; asked while the child has a key."""
    return [row.key_owner for row in Custody.objects.filter(mark=mark_of(child))]


def custodies(*, viewer: Viewer, at: datetime) -> list[Custody]:
    """The custodies that a viewer keeps, the newest first."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        return []
    counties = Post.objects.filter(id__in=viewer.post_ids).values("division__county_id")
    rows = Custody.objects.filter(county_id__in=counties, lifted_at__isnull=True)
    return list(rows.exclude(mark__in=barred_marks(viewer, at)).order_by("-begun_at"))


def barred_marks(viewer: Viewer, at: datetime) -> list[str]:
    """What the custodies of each child have in common from whom a viewer is kept; an erased child has none."""
    owners = [Child(id=each).key_owner for each in sorted(barred.children_for(viewer, at=at))]
    gone = vault.destroyed(owners)
    return [mark_of(Child(id=owner.id)) for owner in owners if owner not in gone]


def opened(rows: Sequence[Custody], *, viewer: Viewer, purpose: str, at: datetime) -> list[dict[str, Any] | None]:
    """What stands in custodies: whose, which, by which notice; a look at them, not at the child."""
    words = vault.open(
        [row.content for row in rows], viewer=viewer, purpose=purpose, at=at, part=SET_APART, route="custody"
    )
    return [None if text is None else json.loads(text) for text in words]


def note(kind: str, row: Custody, actor: Viewer, at: datetime, **more: str) -> Event:
    """A fact of the custody's own, never of the child's."""
    return ledger.record(
        kind=kind, subject=Owner("file", row.id), actor=actor, at=at, clear={"custody": str(row.id), **more},
        is_fact=True,
    )


def _rules(child: Child, at: datetime) -> Rules:
    return rules_at(at, region=rules.region_of(child.county_id))
