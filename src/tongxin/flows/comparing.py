"""Lists that a department brings to be compared with the files of a county: received, looked through, given up (B4)."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.comparisons.models import Alike, Answer, Apart, Comparison, Settling
from tongxin.comparisons.rules import ListKind, Rules, rules_at
from tongxin.core.pathway import CHINA
from tongxin.flows import comparing_limits
from tongxin.flows.comparing_limits import refuse_sender, settles_for
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.intake.county import county_of
from tongxin.intake.reading import Divisions, Part, Roster, open_roster, remapped
from tongxin.intake.uploads import size_of
from tongxin.lib import ids
from tongxin.registers import impact
from tongxin.rulebook import rules
from tongxin.sharing.models import Agreement, Version
from tongxin.sharing.rules import rules_at as sharing_rules_at
from tongxin.vault import Owner

COMPARE, SETTLE, GATE = "compare_lists", comparing_limits.SETTLE, "comparison"
PURPOSE, PART = "list_comparison", "roster"
NO_COUNTY = "您的岗位不在某一个县区，不能比对名单。没有接收文件。"
NO_KIND = "请先选这是哪一种名单。没有接收文件。"
TOO_LONG = "这份名单超过 {most} 行，请分成几份再传。没有接收文件。"
GONE = "这份名单已到期销毁，不能再看。需要时请重新上传。"
AGREEMENT_OVER = "没有接收文件：贵单位给这种名单的协议现在没有效（终止或到期）。要继续，请和区县重新订协议。"
# What goes along with a field that was agreed on.
WITH = {"village": ("town", "county"), "carer": ("relation",)}
Columns = Mapping[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Received:
    """The list as kept, and whether this very file had been brought before."""

    comparison: Comparison
    is_known: bool


def rules_of(comparison: Comparison, *, at: datetime) -> Rules:
    """The rules in the county of a list."""
    return rules_at(at, region=rules.region_of(comparison.county_id))


def kind_of(comparison: Comparison, *, at: datetime) -> ListKind:
    """What kind of list it is: for what it is compared, and what its sender is told."""
    return rules_of(comparison, at=at).kinds[comparison.kind]


def seen_by(*, viewer: Viewer, at: datetime) -> QuerySet[Comparison]:
    """The lists a viewer may open: those of their own posts; whoever settles for a county, all of it."""
    if not (_may(viewer, COMPARE, at) or _may(viewer, SETTLE, at)):
        return Comparison.objects.none()
    found = rules.access_rules(at=at)
    whole = {
        seat.division_id for seat in viewer.seats
        if seat.division_level == "county" and found.may_do(role=seat.role, action=SETTLE)
    }
    mine = Q(post_id__in=viewer.post_ids) | Q(county_id__in=whole)
    return Comparison.objects.filter(mine).order_by("-received_at", "-id")


def sees_all(comparison: Comparison, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the viewer settles for the county of a list, and so sees more than its sender is told."""
    return settles_for(comparison.county_id, viewer=viewer, at=at)


def comparison_for(*, comparison_id: UUID, viewer: Viewer, at: datetime) -> Comparison:
    """The list, if the viewer may open it; else there is no such page."""
    found = seen_by(viewer=viewer, at=at).filter(id=comparison_id).first()
    if found is None:
        raise NotAllowed
    return found


def receive(*, kind: str, content: bytes, name: str, actor: Viewer, at: datetime) -> Received:
    """The list, sealed; the same file from the same post again is the same list, and changes nothing.

    Refused where it names no kind or is too long; RosterError says why a file can't be read. Nothing is kept then.
    """
    if not _may(actor, COMPARE, at):
        raise NotAllowed
    county = county_of(actor)
    if county is None:
        raise Refused.because(NO_COUNTY)
    gate = impact.gate_without(GATE, county_id=county.id, at=at)
    if gate is not None and gate.refuses:
        raise Refused.because(f"没有接收文件：{gate.zh}")
    found = rules_at(at, region=county.code[:6])
    if kind not in found.kinds:
        raise Refused.because(NO_KIND)
    refuse_sender(found.kinds[kind], found, county_id=county.id, actor=actor, at=at)
    under = brought_under(kind, county_id=county.id, actor=actor, at=at)
    sha256 = hashlib.sha256(content).hexdigest()
    same = Comparison.objects.filter(county_id=county.id, kind=kind, sha256=sha256, post_id=actor.post_id)
    if known := same.first():
        return Received(known, True)
    size = size_of(open_roster(content, name=name))
    if size > found.most_rows:
        raise Refused.because(TOO_LONG.format(most=found.most_rows))
    row = Comparison(
        id=ids.new_id(), kind=kind, sha256=sha256, county_id=county.id, post_id=actor.post_id,
        person_id=actor.person_id, received_at=at, keep_until=at + found.kinds[kind].keeps, rows_total=size,
    )
    if under is not None:
        row.agreement_id, row.fields = under.agreement_id, under.fields
        row.keep_until = min(row.keep_until, datetime.combine(under.ends_on + timedelta(days=1), time(), tzinfo=CHINA))

    keys = vault.create_keys([row.key_owner], at=at)
    label = Comparison._meta.label_lower
    row.name = vault.seal(name, owner=row.key_owner, place=(label, "name", row.id), keyring=keys)
    row.original = vault.seal(content, owner=row.key_owner, place=(label, "original", row.id), keyring=keys)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            clear = {"kind": kind, "rows": size} | ({"agreement": str(under.agreement_id)} if under else {})
            ledger.record(
                kind="list.received", subject=row.key_owner, actor=actor, at=at, clear=clear, is_fact=True
            )
    except IntegrityError:
        return Received(same.get(), True)
    return Received(row, False)


def understand(comparison: Comparison, *, viewer: Viewer, at: datetime, columns: Columns | None = None) -> Roster:
    """The list as read: with `columns` as given, else as kept, else as guessed. Opening it is a look."""
    if comparison.state == Comparison.DISPOSED:
        raise Refused.because(GONE)
    (name,) = vault.open([comparison.name], viewer=viewer, purpose=PURPOSE, at=at, part=PART, route="comparisons")
    (content,) = vault.open_bytes(
        [comparison.original], viewer=viewer, purpose=PURPOSE, at=at, part=PART, route="comparisons"
    )
    if content is None:
        raise Refused.because(GONE)
    roster = open_roster(content, name=name or "")
    county = Division.objects.get(id=comparison.county_id)
    if roster.county != county.code:
        roster = replace(roster, county=county.code, divisions=Divisions.load(county.code))
    wanted = columns or {int(at_part): each for at_part, each in comparison.columns.items()}
    parts = [
        Part(each.sheet, remapped(each.sheet, each.layout, wanted[number])) if wanted.get(number) else each
        for number, each in enumerate(roster.parts)
    ]
    if comparison.agreement_id is not None:
        agreed = read_by(comparison.fields)
        parts = [Part(each.sheet, remapped(each.sheet, each.layout, {
            name: at_column for name, at_column in each.layout.columns.items() if name in agreed
        })) for each in parts]
    return replace(roster, parts=tuple(parts))


def keep_columns(comparison: Comparison, *, columns: Columns) -> None:
    """What a person said the columns mean, for the run that follows."""
    comparison.columns = {str(part): dict(each) for part, each in columns.items()}
    Comparison.objects.filter(id=comparison.id, state=Comparison.RECEIVED).update(columns=comparison.columns)


def brought_under(kind: str, *, county_id: int, actor: Viewer, at: datetime) -> Version | None:
    """What the actor's body agreed to give with such a list; nothing where nothing was ever agreed on.

    Refused where what was agreed on is over: then nothing is brought until both sides have agreed anew.
    """
    body = actor.seat.organisation_id if actor.seat else 0
    rows = Agreement.objects.filter(county_id=county_id, to_organisation_id=body, way=Agreement.IN)
    known = sharing_rules_at(at, region=rules.region_of(county_id)).purposes
    mine = [
        row for row in rows.exclude(current=None).select_related("current").order_by("-opened_at")
        if row.current and (purpose := known.get(row.current.purpose)) and purpose.brings == kind
    ]
    today = at.astimezone(CHINA).date()
    for row in mine:
        if row.current and row.state == Agreement.IN_FORCE and row.current.begins_on <= today <= row.current.ends_on:
            return row.current
    if mine:
        raise Refused.because(AGREEMENT_OVER)
    return None


def read_by(fields: Iterable[str]) -> set[str]:
    """The columns of a list that agreed fields stand for."""
    return {column for each in fields for column in (each, *WITH.get(each, ()))}


def give_up(agreement_id: UUID, *, at: datetime) -> int:
    """How many lists brought under an agreement are given up at once, for it is over."""
    rows = Comparison.objects.filter(agreement_id=agreement_id).exclude(state=Comparison.DISPOSED)
    return _dispose(list(rows), at)


def dispose_due(*, at: datetime, held: Collection[UUID] = ()) -> int:
    """How many lists were given up at the end of their term: key destroyed, what the rows said gone.

    One that names a child on whose file a hold stands waits until it is lifted.
    """
    due = Comparison.objects.filter(keep_until__lte=at).exclude(state=Comparison.DISPOSED)
    return _dispose(list(due.exclude(id__in=Answer.objects.filter(child_id__in=held).values("comparison_id"))), at)


def _dispose(due: Iterable[Comparison], at: datetime) -> int:
    count = 0
    for each in due:
        with transaction.atomic():
            ledger.record(
                kind="list.disposed", subject=each.key_owner, actor=WORKER, at=at, clear={"kind": each.kind},
                is_fact=True,
            )
            each.answers.update(content=None, mark=None)
            Settling.objects.filter(answer__comparison=each).update(reason=None, undo_reason=None)
            each.answers.exclude(state=Answer.SETTLED).update(state=Answer.SETTLED, decision="expired", settled_at=at)
            Comparison.objects.filter(id=each.id).update(
                state=Comparison.DISPOSED, original=None, name=None, reason=None, disposed_at=at
            )
            transaction.on_commit(partial(vault.destroy, Owner("file", each.id), at=at))
        count += 1
    return count


def forget_about(child_id: UUID) -> int:
    """How many answers said something of a child whose file is erased; their reasons go, and who was meant."""
    about = Answer.objects.filter(child_id=child_id)
    answers = list(about.values_list("id", flat=True))
    gone = about.update(content=None, mark=None, child_id=None, state=Answer.SETTLED, decision="erased")
    Settling.objects.filter(Q(child_id=child_id) | Q(answer_id__in=answers)).update(
        child_id=None, reason=None, undo_reason=None
    )
    gone += Alike.objects.filter(Q(one_id=child_id) | Q(other_id=child_id)).delete()[0]
    gone += Apart.objects.filter(Q(child_id=child_id) | Q(other_id=child_id)).delete()[0]
    return int(gone)


def _may(viewer: Viewer, action: str, at: datetime) -> bool:
    return access.may_do(viewer=viewer, action=action, at=at)


def counts_of(answers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """How many answers (verdict and state) came to what, and how many of them still wait for somebody."""
    rows = list(answers)
    verdicts = (Answer.SAME, Answer.PROBABLE, Answer.CONTRADICTORY, Answer.NEW, Answer.MISSING)
    counts = {each: sum(verdict == each for verdict, _ in rows) for each in verdicts}
    return {**counts, "waiting": sum(state != Answer.SETTLED for _, state in rows)}
