"""What all matters of working together share: whose they are, their numbers, steps, scans, and who is told."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.coordination import rules as coordination
from tongxin.coordination.kept import Numbered, owner_of
from tongxin.coordination.models import Scan, Step
from tongxin.coordination.rules import Rules
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.documents import content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.registers import answers
from tongxin.registers.answers import Answers, Given
from tongxin.rulebook import rules

SEE, LEAD, WRITE, PART = "see_coordination", "lead_coordination", "write_typical_cases", "coordination"
OVERSEE = "oversee_coordination"
CHANGED = "没有保存：别人刚办过这一件，请看过新的内容再办。"
Thing = TypeVar("Thing", bound=Numbered)
File = tuple[str, bytes]


def county_of(viewer: Viewer) -> int:
    """The county somebody acts for; who works above counties has none."""
    found = county_if_any(viewer)
    if found is None:
        raise NotAllowed
    return found


def county_if_any(viewer: Viewer) -> int | None:
    """The county somebody acts for; None above counties."""
    place = Division.objects.filter(id=viewer.seat.division_id).first() if viewer.seat else None
    return int(place.county_id) if place is not None and place.county_id is not None else None


def leads(viewer: Viewer, county_id: int, *, at: datetime) -> bool:
    """Whether somebody has one of the leading posts of a county."""
    return bool(set(viewer.post_ids) & set(leaders(county_id, at=at)))


def leading(viewer: Viewer, *, at: datetime) -> int:
    """The county that somebody leads; nobody else's business."""
    county = county_of(viewer)
    if viewer.person_id is None or not leads(viewer, county, at=at):
        raise NotAllowed
    return county


def leaders(county_id: int, *, at: datetime) -> list[UUID]:
    """The posts of a county that lead working together."""
    found = rules.access_rules(at=at)
    rows = Post.objects.filter(division_id=county_id).order_by("id").values_list("id", "role")
    return [id for id, role in rows if found.may_do(role=role, action=LEAD)]


def may_see(viewer: Viewer, *, at: datetime) -> bool:
    return access.may_do(viewer=viewer, action=SEE, at=at)


def known(model: type[Thing], thing_id: UUID, viewer: Viewer) -> Thing:
    """A thing of the viewer's own county; each kind decides further."""
    found = model.objects.filter(id=thing_id, county_id=county_of(viewer)).first()  # type: ignore[attr-defined]
    if found is None:
        raise NotAllowed
    return found  # type: ignore[no-any-return]


def locked(thing: Thing) -> Thing:
    """The thing, while nobody else does anything about it."""
    return type(thing).objects.select_for_update().get(id=thing.id)  # type: ignore[attr-defined,no-any-return]


@transaction.atomic
def begin(
    model: type[Thing], *, county_id: int, actor: Viewer, at: datetime, new_id: UUID | None = None, kind: str = "",
    **fields: Any,
) -> tuple[Thing, bool]:
    """A new thing with the next number of its county and year, and whether it is new: sent twice, it is made once."""
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    # Whoever begins another one in this county waits here.
    Post.objects.select_for_update().filter(division_id=county_id).order_by("id").first()
    manager: Any = model.objects  # type: ignore[attr-defined]
    if new_id is not None and (before := manager.filter(id=new_id).first()):
        if before.person_id != actor.person_id or before.county_id != county_id:
            raise NotAllowed
        return before, False
    year = at.astimezone(CHINA).year
    numbered = manager.filter(county_id=county_id, year=year, **({"kind": kind} if kind else {}))
    number = (numbered.aggregate(last=Max("number"))["last"] or 0) + 1
    more = {"id": new_id} if new_id else {}
    thing = manager.create(
        county_id=county_id, year=year, number=number, opened_at=at, person_id=actor.person_id, post_id=actor.post_id,
        **({"kind": kind} if kind else {}), **more, **fields,
    )
    vault.create_keys([thing.key_owner], at=at)
    return thing, True


def add_step(
    about: UUID, kind: str, *, actor: Viewer, at: datetime, clear: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None, new_id: UUID | None = None,
) -> Step:
    """One more row about a thing."""
    row = Step(
        id=new_id or ids.new_id(), about_id=about,
        kind=kind, at=at, person_id=actor.person_id, post_id=actor.post_id, clear=dict(clear or {})
    )
    said = {name: text for name, text in (words or {}).items() if text}
    text = json.dumps(said, ensure_ascii=False) if said else None
    vault.put(row, {"words": text}, keyring=vault.keyring([row.key_owner]))
    row.save()
    return row


def step_before(new_id: UUID | None, about: UUID, kind: str, *, actor: Viewer) -> Step | None:
    """The row that the same form made already; whoever asks holds the lock of the thing."""
    return made_before(Step, new_id, about_id=about, kind=kind, person_id=actor.person_id)


def steps_of(about: UUID, *kinds: str) -> list[Step]:
    """What was done about a thing, in turn."""
    rows = Step.objects.filter(about_id=about)
    return list((rows.filter(kind__in=kinds) if kinds else rows).order_by("at", "id"))


def opened(steps: Sequence[Step], *, viewer: Viewer, route: str, at: datetime) -> list[dict[str, str]]:
    """The words of steps, opened as one look."""
    found = vault.open([each.words for each in steps], viewer=viewer, purpose=PART, part=PART, route=route, at=at)
    return [dict(json.loads(words)) if words else {} for words in found]


def read(form: str, given: Given, found: Rules, *, at: datetime) -> Answers:
    """A filled form; refused with what is lacking."""
    said = answers.read(found.forms[form], given, at=at)
    if said.problems:
        raise Refused(said.problems)
    return said


def examined(file: File | None, county_id: int, *, at: datetime) -> content.Content | None:
    """A file as it may be kept; refused where it is none."""
    if file is None:
        return None
    limits = attachments_in(region=rules.region_of(county_id), at=at).limits
    try:
        return content.examine(file[1], name=file[0], limits=limits)
    except NotTaken as refused:
        raise Refused([Problem("file", str(refused), False)]) from None


def keep_scan(step: Step, kept: content.Content | None) -> None:
    """The file that stands beside a step."""
    if kept is None:
        return
    digest = hashlib.sha256(kept.kept).hexdigest()
    scan = Scan(step=step, media_type=kept.media_type, size=len(kept.kept), sha256=digest)
    scan.content = vault.seal(kept.kept, owner=step.key_owner, place=(Scan._meta.label_lower, "content", scan.id))
    scan.save()


def tell(
    kind: str, thing_id: UUID, *, actor: Viewer, at: datetime, posts: Iterable[UUID | None] = (), **clear: str | int
) -> Event:
    """What happened to a thing, on record, and told to these posts but not to whoever did it."""
    event = ledger.record(
        kind=kind, subject=owner_of(thing_id), actor=actor, at=at,
        is_fact=not actor.is_worker, clear={"thing": str(thing_id), **clear},
    )
    told = sorted({each for each in posts if each} - set(actor.post_ids))
    notices.tell_posts(posts=told, event=event, at=at)
    return event


def end_of(day: str) -> datetime:
    """The last moment of a day of the place."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), tzinfo=CHINA)


def rules_of(name: str, county_id: int, *, at: datetime) -> Rules:
    """The definition as the county has it."""
    return coordination.rules_for(name, county_id, at=at)
