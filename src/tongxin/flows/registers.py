"""Keeping the registers: lines opened and revised, judged by another person, ended; each row with who and when.

Writing and judging are two people's (三员分立): whoever wrote a version doesn't judge it, whoever reported or
described an incident doesn't close it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import register_known
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.notices import services as notices
from tongxin.registers import answers
from tongxin.registers.answers import Answers, Given
from tongxin.registers.impact import pia_in_force
from tongxin.registers.models import PROCESSING, Line, Step, Version
from tongxin.registers.rules import Register, register_at
from tongxin.registers.standing import AGREED, FOUND, RETURNED, Standing, person_ids, rings_of, standing_of
from tongxin.rulebook import rules

KEEP, CHECK = "keep_registers", "check_registers"
EITHER = (KEEP, CHECK)
NO_TOPIC = "没有保存：请先选类别。"
NO_WORDS = "没有保存：请选结果；退回的要写清楚哪里要改。"
OWN = "没有保存：自己写的不能自己核对，请另一位有权的同事核对。"
NO_IMPACT = "没有核对：委托处理要先有另一人审过、没有过期的影响评估。请先在“影响评估”里写好“委托处理”的评估并审过。"
LATER = "发现时间只能改早，不能改晚：时限从最早知道的那一刻算起。"
CHANGED = "没有保存：别人刚办过这一条，请看过新的内容再办。"


@dataclass(frozen=True, slots=True)
class Opened:
    """A line with its rules, rows and standing."""

    line: Line
    rules: Register
    versions: Sequence[Version]
    steps: Sequence[Step]
    standing: Standing


def county_of(viewer: Viewer) -> int:
    """The county somebody acts for; nobody's who works above counties."""
    posts = Post.objects.filter(id__in=viewer.post_ids[:1])
    found = posts.values_list("division__county_id", flat=True).first()
    if found is None:
        raise NotAllowed
    return int(found)


def reach(*, viewer: Viewer, at: datetime, actions: Sequence[str] = EITHER) -> QuerySet[Line]:
    """The lines of the counties in which a viewer's roles have to do with the registers."""
    found = rules.access_rules(at=at)
    posts = [
        seat.post_id for seat in viewer.seats if any(found.may_do(role=seat.role, action=each) for each in actions)
    ]
    counties = Post.objects.filter(id__in=posts).values("division__county_id")
    return Line.objects.filter(county_id__in=counties)


def line_for(*, line_id: UUID, viewer: Viewer, at: datetime, actions: Sequence[str] = EITHER) -> Line:
    """The line, for somebody who has to do with it."""
    line = reach(viewer=viewer, at=at, actions=actions).filter(id=line_id).first()
    if line is None:
        raise NotAllowed
    return line


def opened(line: Line, *, at: datetime) -> Opened:
    """A line as it stands."""
    found = register_at(line.register, region=rules.region_of(line.county_id), at=at)
    versions = list(line.versions.order_by("number"))
    steps = list(line.steps.order_by("at", "id"))
    return Opened(line, found, versions, steps, standing_of(found, versions, steps, at=at))


def keep(
    *, register: str, topic: str, given: Given, actor: Viewer, at: datetime, line_id: UUID | None = None,
    after: int = 0, link: str = "",
) -> Line:
    """A line opened, or a new version of one; `after` is the version that whoever writes had before them."""
    if not access.may_do(viewer=actor, action=KEEP, at=at):
        raise NotAllowed
    line = line_for(line_id=line_id, viewer=actor, at=at, actions=(KEEP,)) if line_id else None
    county = line.county_id if line else county_of(actor)
    found = register_at(register, region=rules.region_of(county), at=at)
    if topic not in found.topics:
        raise Refused.because(NO_TOPIC)
    read = answers.read(found.fields, given, at=at)
    if problems := [*read.problems, *answers.refusals(found.refusals, read.clear)]:
        raise Refused(problems)
    if link:
        read.clear["link"] = link
    if line is None:
        return open_line(found, topic=topic, read=read, county_id=county, actor=actor, at=at)
    return _revise(line, found, read, actor=actor, at=at, after=after)


@transaction.atomic
def open_line(
    found: Register, *, topic: str, read: Answers, county_id: int, actor: Viewer, at: datetime
) -> Line:
    """A new line with its first version; who else has to do with the registers there is told."""
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    year = at.astimezone(CHINA).year
    # Whoever opens another one in this county waits here.
    Post.objects.select_for_update().filter(division_id=county_id).order_by("id").first()
    before = Line.objects.filter(county_id=county_id, register=found.id, year=year).aggregate(last=Max("number"))
    line = Line.objects.create(
        register=found.id, county_id=county_id, year=year, number=(before["last"] or 0) + 1, topic=topic,
        state=Line.OPEN if found.stages else Line.WAITING, opened_at=at, person_id=actor.person_id,
        post_id=actor.post_id,
    )
    vault.create_keys([line.key_owner], at=at)
    _add_version(line, read, number=1, actor=actor, at=at)
    tell("incident.reported" if found.stages else "register.revised", line, actor=actor, at=at,
         posts=keepers(county_id, found.roles if found.stages else judges(found.roles, at), at=at, but=actor))
    settle(line, at=at)
    return line


@transaction.atomic
def _revise(line: Line, found: Register, read: Answers, *, actor: Viewer, at: datetime, after: int) -> Line:
    line = locked(line)
    now = opened(line, at=at)
    if now.standing.state in (Line.ENDED, Line.CLOSED) or now.standing.newest.number != after:
        raise Refused.because(CHANGED)
    if found.stages and str(read.clear[FOUND]) > str(now.standing.newest.clear[FOUND]):
        raise Refused([Problem(FOUND, LATER, True)])
    if old := now.standing.newest.clear.get("link"):
        read.clear.setdefault("link", old)
    _add_version(line, read, number=after + 1, actor=actor, at=at)
    tell("register.revised", line, actor=actor, at=at,
         posts=() if found.stages else keepers(line.county_id, judges(found.roles, at), at=at, but=actor))
    settle(line, at=at)
    return line


def _add_version(line: Line, read: Answers, *, number: int, actor: Viewer, at: datetime) -> None:
    known = register_known.known_of(line.topic, county_id=line.county_id, at=at) if line.register == PROCESSING else {}
    row = Version(
        line=line, number=number, at=at, person_id=actor.person_id, post_id=actor.post_id,
        clear={**read.clear, "topic": line.topic},
        known={name: sorted(values) for name, values in known.items()},
    )
    seal_words(row, read.words)
    row.save()


@transaction.atomic
def review(*, line_id: UUID, outcome: str, words: str, actor: Viewer, at: datetime, of: str) -> Line:
    """Another person's word on the newest version, or on the proof that an agreement was wound up."""
    line = locked(line_for(line_id=line_id, viewer=actor, at=at, actions=(CHECK,)))
    now = opened(line, at=at)
    proof = now.standing.certificate
    is_proof = proof is not None and of == str(proof.id) and now.standing.state == Line.CERTIFIED
    if not is_proof and (of != str(now.standing.newest.number) or not now.standing.awaits_review or now.rules.stages):
        raise Refused.because(CHANGED)
    author = proof.person_id if is_proof and proof else now.standing.newest.person_id
    if actor.person_id == author:
        raise Refused.because(OWN)
    if outcome not in (AGREED, RETURNED) or (outcome == RETURNED and not words.strip()):
        raise Refused.because(NO_WORDS)
    if outcome == AGREED and not is_proof and now.standing.state != Line.EXPIRED and lacks_impact(now, at=at):
        raise Refused.because(NO_IMPACT)
    add_step(line, Step.REVIEWED, stage=of, outcome=outcome, words={"words": words.strip()}, actor=actor, at=at)
    author_post = proof.post_id if is_proof and proof else now.standing.newest.post_id
    tell("register.reviewed", line, actor=actor, at=at, posts=[author_post] if author_post else (), outcome=outcome)
    settle(line, at=at)
    return line


@transaction.atomic
def end(*, line_id: UUID, words: str, actor: Viewer, at: datetime) -> Line:
    """An activity that isn't done any more, an agreement that ends before its day: from now on, with a reason."""
    line = locked(line_for(line_id=line_id, viewer=actor, at=at, actions=(KEEP,)))
    now = opened(line, at=at)
    if now.rules.stages or now.standing.state not in (Line.WAITING, Line.RETURNED, Line.IN_FORCE):
        raise Refused.because(CHANGED)
    if not words.strip():
        raise Refused.because("没有保存：请写明为什么结束。")
    add_step(line, Step.ENDED, words={"words": words.strip()}, actor=actor, at=at)
    tell("register.advanced", line, actor=actor, at=at, stage=Step.ENDED)
    settle(line, at=at)
    return line


def lacks_impact(now: Opened, *, at: datetime) -> bool:
    """Whether nobody may agree to a line because no assessment in force stands behind it."""
    wanted = now.rules.impact
    return bool(wanted) and pia_in_force(wanted, county_id=now.line.county_id, at=at) is None


def turn_of(now: Opened, *, at: datetime) -> list[str]:
    """The titles of the posts that wait to judge a line, without those of whoever wrote it."""
    proof = now.standing.certificate
    waits_for_proof = now.standing.state == Line.EXPIRED and not now.standing.awaits_review
    if now.rules.stages or waits_for_proof or not (now.standing.awaits_review or proof):
        return []
    author = proof.post_id if proof and now.standing.state == Line.CERTIFIED else now.standing.newest.post_id
    posts = keepers(now.line.county_id, judges(now.rules.roles, at), at=at)
    titles = Post.objects.filter(id__in=posts).exclude(id__in=[author] if author else []).order_by("title")
    return list(titles.values_list("title", flat=True).distinct())


def locked(line: Line) -> Line:
    """The line, while nobody else does anything about it."""
    return Line.objects.select_for_update().get(id=line.id)


def add_step(
    line: Line, kind: str, *, actor: Viewer, at: datetime, stage: str = "", outcome: str = "",
    clear: Mapping[str, Any] | None = None, words: Mapping[str, str] | None = None, happened_at: datetime | None = None,
) -> Step:
    """One more row about a line."""
    row = Step(
        line=line, kind=kind, stage=stage, outcome=outcome, at=at, happened_at=happened_at or at,
        person_id=actor.person_id, post_id=actor.post_id, clear=dict(clear or {}),
    )
    seal_words(row, words or {})
    row.save()
    return row


def seal_words(row: Version | Step, words: Mapping[str, str]) -> None:
    """All words of a row under the line's own key."""
    said = {name: text for name, text in words.items() if text}
    text = json.dumps(said, ensure_ascii=False) if said else None
    vault.put(row, {"words": text}, keyring=vault.keyring([row.key_owner]))


def settle(line: Line, *, at: datetime) -> None:
    """State, due moment and next reminder, found anew from the line's rows."""
    now = opened(line, at=at)
    waiting = now.standing.open_clocks()
    rings = rings_of(now.rules, now.standing, now.steps, since=line.opened_at)
    line.state = now.standing.state
    line.due_at = waiting[0].due_at if waiting else None
    line.ring_at = min((ring.at for ring in rings), default=None)
    line.save(update_fields=["state", "due_at", "ring_at"])


def judges(roles: Sequence[str], at: datetime) -> list[str]:
    """Those of the roles that judge what others wrote."""
    found = rules.access_rules(at=at)
    return [role for role in roles if found.may_do(role=role, action=CHECK)]


def keepers(county_id: int, roles: Iterable[str], *, at: datetime, but: Viewer | None = None) -> list[UUID]:
    """The posts of these roles in a county that somebody holds now, without those of whoever acts."""
    running = Holding.objects.filter(held(at), person__is_active=True)
    posts = Post.objects.filter(role__in=list(roles), division__county_id=county_id, holdings__in=running)
    found = posts.exclude(id__in=but.post_ids) if but else posts
    return list(found.distinct().values_list("id", flat=True))


def tell(kind: str, line: Line, *, actor: Viewer, at: datetime, posts: Iterable[UUID] = (), **more: str) -> Event:
    """What happened to a line, on record, and told to these posts."""
    event = ledger.record(
        kind=kind, subject=line.key_owner, actor=actor, at=at, is_fact=True,
        clear={"line": str(line.id), "register": line.register, **more},
    )
    notices.tell_posts(posts=list(posts), event=event, at=at)
    return event


def may_judge(now: Opened, viewer: Viewer) -> bool:
    """Whether somebody is another person than those who wrote."""
    proof = now.standing.certificate
    if now.rules.stages:
        return viewer.person_id not in {now.line.person_id, *person_ids(now.versions)}
    author = proof.person_id if proof and now.standing.state == Line.CERTIFIED else now.standing.newest.person_id
    return viewer.person_id != author
