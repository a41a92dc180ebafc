"""Supervision: which sessions nobody has looked at within the protocol's interval, and the meetings that looked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Post, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.flows import holding
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.groups.models import Supervised, Supervision
from tongxin.groups.protocols import protocols_in
from tongxin.groups.rules import GroupRules, groups_in
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lib.ids import id_in
from tongxin.rulebook import rules
from tongxin.vault import Owner

SUPERVISE, PART = "supervise", "sessions"
SESSION, START, PRESENT = "session", "course_start", "present"
NO_SESSION = "没有保存：请选这次督导看过的记录。"
OWN = "没有保存：自己做的辅导不能由自己督导。"
NO_DAY = "没有保存：督导的日期不能晚于今天，也不能早于看过的记录。"
NO_WAY = "没有保存：请选督导的方式。"
NO_MINUTES = "没有保存：督导的时长要在 1 到 {most} 分钟之间。"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A session that no supervision has looked at: whose, by which protocol, by which day somebody should."""

    entry: Entry
    protocol: str
    due_on: date

    def is_late(self, on: date) -> bool:
        return self.due_on < on


def waiting(*, viewer: Viewer, at: datetime, post_id: UUID | None = None) -> list[Waiting]:
    """The sessions without supervision that the viewer may read, the first due first."""
    region = rules.region_of(_county(viewer))
    found_rules = groups_in(region=region, at=at)
    rows = Entry.objects.filter(kind=SESSION, occurred_at__gt=at - found_rules.supervise_back, occurred_at__lte=at)
    if not access.may_do(viewer=viewer, action=SUPERVISE, at=at):
        # What others counsel is not theirs to be supervised for.
        rows = rows.filter(post_id__in=viewer.post_ids)
    if post_id is not None:
        rows = rows.filter(post_id=post_id)
    seen = access.visible(rows, viewer=viewer, part=PART, at=at).order_by("-occurred_at")[: found_rules.supervise_most]
    entries = _standing(list(seen.select_related("subject")))
    supervised = Supervised.objects.filter(entry_id__in=[each.id for each in entries])
    looked = set(supervised.values_list("entry_id", flat=True))
    open_ones = [entry for entry in entries if entry.id not in looked]
    results = dict(Result.objects.filter(entry_id__in=[each.id for each in open_ones]).values_list("entry_id", "data"))
    held = [each for each in open_ones if (results.get(each.id) or {}).get("attended") == PRESENT]
    names = _protocols({str((results.get(each.id) or {}).get("course", "")) for each in held})
    known, fallback = protocols_in(region=region, at=at), found_rules.supervise_within
    found = []
    for entry in held:
        protocol = names.get(str((results.get(entry.id) or {}).get("course", "")), "")
        within = known[protocol].supervised_within if protocol in known else fallback
        found.append(Waiting(entry, protocol, (entry.occurred_at + within).astimezone(CHINA).date()))
    return sorted(found, key=lambda each: (each.due_on, str(each.entry.id)))


def _standing(entries: Sequence[Entry]) -> list[Entry]:
    """Those that nothing has corrected or taken back."""
    gone = set(Entry.objects.filter(supersedes_id__in=[each.id for each in entries]).values_list(
        "supersedes_id", flat=True
    ))
    return [each for each in entries if each.id not in gone and each.correction_kind not in WITHDRAWN]


def _protocols(courses: Iterable[str]) -> dict[str, str]:
    wanted = [found for each in courses if (found := id_in(each))]
    rows = Result.objects.filter(entry_id__in=wanted, kind=START).values_list("entry_id", "data")
    return {str(id): str(data.get("protocol", "")) for id, data in rows}


def _county(viewer: Viewer) -> int | None:
    posts = Post.objects.filter(id__in=viewer.post_ids[:1])
    return posts.values_list("division__county_id", flat=True).first()


def by_post(rows: Iterable[Waiting]) -> dict[UUID, list[Waiting]]:
    """The same, by the post that did the counselling."""
    found: dict[UUID, list[Waiting]] = defaultdict(list)
    for each in rows:
        if each.entry.post_id is not None:
            found[each.entry.post_id].append(each)
    return dict(found)


def last_supervised(posts: Iterable[UUID]) -> dict[UUID, date]:
    """The day on which each post was last supervised."""
    rows = Supervision.objects.filter(post_id__in=list(posts)).order_by("held_on")
    return {row.post_id: row.held_on for row in rows.only("post_id", "held_on")}


def record_supervision(
    *, post_id: UUID, entry_ids: Iterable[UUID], held_on: date, way: str, note: str, actor: Viewer, at: datetime,
    minutes: int | None = None,
) -> Supervision:
    """A supervision meeting with the sessions that it looked at."""
    if actor.person_id is None or actor.post_id is None or not access.may_do(viewer=actor, action=SUPERVISE, at=at):
        raise NotAllowed
    wanted = set(entry_ids)
    there = {each.entry.id: each.entry for each in waiting(viewer=actor, at=at, post_id=post_id)}
    entries = [there[id] for id in wanted if id in there]
    if not entries or len(entries) != len(wanted):
        raise Refused([Problem("entries", NO_SESSION, True)])
    if any(entry.person_id == actor.person_id for entry in entries):
        raise Refused([Problem("entries", OWN, True)])
    newest = max(entry.occurred_at.astimezone(CHINA).date() for entry in entries)
    if not newest <= held_on <= at.astimezone(CHINA).date():
        raise Refused([Problem("held_on", NO_DAY, True)])
    post = Post.objects.select_related("division").get(id=post_id)
    found = groups_in(region=rules.region_of(post.division.county_id), at=at)
    if way not in found.supervision_ways:
        raise Refused([Problem("way", NO_WAY, True)])
    check_minutes(minutes, found)
    row = Supervision(
        id=ids.new_id(), supervisor_id=actor.person_id, supervisor_post_id=actor.post_id, post=post, held_on=held_on,
        way=way, minutes=minutes, recorded_at=at, **places_of(post.division),
    )
    vault.create_keys([row.key_owner], at=at)
    with transaction.atomic():
        vault.put(row, {"note": note.strip()[:2000] or None})
        row.save(force_insert=True)
        Supervised.objects.bulk_create([
            Supervised(supervision=row, child_id=entry.subject_id, entry_id=entry.id) for entry in entries
        ])
        ledger.record(
            kind="supervision.recorded", subject=Owner("post", post.id), actor=actor, at=at, is_fact=True,
            clear={"many": len(entries)},
        )
    return row


def check_minutes(minutes: int | None, found: GroupRules) -> None:
    """Refuse a length that can't be."""
    if minutes is not None and found.hours is not None and not 1 <= minutes <= found.hours.most:
        raise Refused([Problem("minutes", NO_MINUTES.format(most=found.hours.most), True)])


def notes_about(child_id: UUID) -> list[Owner]:
    """The keys of the notes of meetings that looked at the child's sessions, which go when the child is erased.

    A note may tell of several children together and is supervision of staff, no file of theirs; one in which a child
    is held stays.
    """
    kept = Supervised.objects.filter(child_id__in=holding.held() - {child_id}).values("supervision_id")
    rows = Supervision.objects.filter(sessions__child_id=child_id).exclude(id__in=kept)
    return [row.key_owner for row in rows.distinct().order_by("id")]


def forget(owners: Iterable[Owner]) -> int:
    """How many of these notes went; that the meetings were held, and on how many sessions, stays."""
    rows = Supervision.objects.filter(id__in=[owner.id for owner in owners], note__isnull=False)
    return rows.update(note=None)
