"""Service standards: drafted, commented by the departments, every comment answered, adopted from a day on, kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.coordination.models import Standard, Step
from tongxin.coordination.rules import STANDARDS, Rules, departments_for
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import coordinating
from tongxin.flows import coordinating_members as members
from tongxin.flows.coordinating import CHANGED, add_step, end_of, read, step_before, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

TEXT, ASKED, COMMENTED, REPLIED, ADOPTED, WITHDRAWN = "text", "asked", "commented", "replied", "adopted", "withdrawn"
SOON = "没有保存：意见至少征求到{year}年{month}月{day}日。"
OVER = "没有保存：这一稿现在不征求意见。"
UNANSWERED = "没有采用：还有 {many} 条意见没有答复。每条意见都要答复，写明采纳没有。"
WAITING = "没有采用：意见征求到{year}年{month}月{day}日，还有部门没有答复。"
NOT_ASKED = "没有采用：这一稿还没有向各部门征求意见。"
NO_RULE = "没有保存：没有这条规则，请重新选。"
NO_WORDS = "没有保存：请写明为什么废止。"
AGREES = "agrees"


@dataclass(frozen=True, slots=True)
class Standing:
    """A standard as its steps make it: newest text, comments on it with their answers, what holds and what will."""

    texts: Sequence[Step]
    asked: Step | None
    comments: Sequence[Step]
    replies: Mapping[str, Step]
    in_force: Step | None
    coming: Step | None
    adopted: Sequence[Step]

    @property
    def newest(self) -> int:
        return int(self.texts[-1].clear["number"])

    @property
    def unanswered(self) -> list[Step]:
        """Comments that ask for a change and have no answer."""
        return [each for each in self.comments if str(each.id) not in self.replies and each.clear["agrees"] != AGREES]

    def is_adopted(self) -> bool:
        """Whether the newest text was adopted."""
        return any(each.clear["number"] == self.newest for each in self.adopted)


def standing_of(steps: Sequence[Step], *, on: date) -> Standing:
    """How a standard stands on a day; steps in their order."""
    texts = [each for each in steps if each.kind == TEXT]
    newest = texts[-1].clear["number"]
    asked = next((each for each in reversed(steps) if each.kind == ASKED and each.clear["number"] == newest), None)
    adopted = [each for each in steps if each.kind == ADOPTED]
    holding = [each for each in adopted if each.clear["in_force_on"] <= on.isoformat()]
    coming = [each for each in adopted if each.clear["in_force_on"] > on.isoformat()]
    ended = any(each.kind == WITHDRAWN for each in steps)
    return Standing(
        texts, asked, [each for each in steps if each.kind == COMMENTED and each.clear["number"] == newest],
        {str(each.clear["comment"]): each for each in steps if each.kind == REPLIED},
        max(holding, key=lambda each: (str(each.clear["in_force_on"]), each.at)) if holding and not ended else None,
        coming[-1] if coming and not ended else None, adopted,
    )


def reach(viewer: Viewer, *, at: datetime) -> QuerySet[Standard]:
    """The standards of the county; those that are still written only for who leads."""
    county = coordinating.county_of(viewer)
    rows = Standard.objects.filter(county_id=county)
    if coordinating.leads(viewer, county, at=at):
        return rows
    # Whoever isn't asked for a comment reads what was adopted.
    adopted = Step.objects.filter(kind=ADOPTED).values("about_id")
    return rows if members.members_reached(viewer) else rows.filter(id__in=adopted)


def standard_for(standard_id: UUID, *, viewer: Viewer, at: datetime) -> Standard:
    found = reach(viewer, at=at).filter(id=standard_id).first()
    if found is None:
        raise NotAllowed
    return found


def now_of(standard: Standard, *, at: datetime) -> Standing:
    return standing_of(coordinating.steps_of(standard.id), on=at.astimezone(CHINA).date())


def rules_for(county_id: int, *, at: datetime) -> Rules:
    return coordinating.rules_of(STANDARDS, county_id, at=at)


def _led(standard_id: UUID, actor: Viewer, at: datetime) -> Standard:
    county = coordinating.leading(actor, at=at)
    found = Standard.objects.select_for_update().filter(id=standard_id, county_id=county).first()
    if found is None:
        raise NotAllowed
    if found.state == Standard.WITHDRAWN:
        raise Refused.because(CHANGED)
    return found


@transaction.atomic
def draft(*, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None) -> Standard:
    """A new standard with its first text."""
    county = coordinating.leading(actor, at=at)
    said = read("draft", given, rules_for(county, at=at), at=at)
    standard, is_new = coordinating.begin(
        Standard, county_id=county, actor=actor, at=at, new_id=new_id, state=Standard.DRAFT
    )
    if is_new:
        add_step(standard.id, TEXT, actor=actor, at=at, clear={"number": 1}, words=said.words)
        tell("standard.advanced", standard.id, actor=actor, at=at, step=TEXT)
    return standard


@transaction.atomic
def revise(*, standard_id: UUID, given: Given, after: int, actor: Viewer, at: datetime) -> Standard:
    """Another text; what is in force stays so until the new one is adopted."""
    standard = _led(standard_id, actor, at)
    now = now_of(standard, at=at)
    if now.newest != after:
        raise Refused.because(CHANGED)
    said = read("draft", given, rules_for(standard.county_id, at=at), at=at)
    add_step(standard.id, TEXT, actor=actor, at=at, clear={"number": after + 1}, words=said.words)
    _stand(standard, Standard.IN_FORCE if now.in_force else Standard.DRAFT)
    tell("standard.advanced", standard.id, actor=actor, at=at, step=TEXT)
    return standard


def _stand(standard: Standard, state: str, *, until: datetime | None = None, ring: datetime | None = None) -> None:
    standard.state, standard.comment_until, standard.ring_at = state, until, ring
    standard.save(update_fields=["state", "comment_until", "ring_at"])


@transaction.atomic
def ask(*, standard_id: UUID, until: str, actor: Viewer, at: datetime) -> Standard:
    """The newest text goes to every member for comments, until a day."""
    standard = _led(standard_id, actor, at)
    found = rules_for(standard.county_id, at=at)
    least = due_at(found.span("comment", "least"), since=at, calendar=rules.calendar_at(at)).date()
    day = day_in(until)
    if day is None or day < least:
        raise Refused([Problem("until", SOON.format(year=least.year, month=least.month, day=least.day), True)])
    now = now_of(standard, at=at)
    if now.is_adopted():
        raise Refused.because(CHANGED)
    asked = [each for each in members.current(standard.county_id) if members.contact_ids(each)]
    add_step(standard.id, ASKED, actor=actor, at=at, clear={
        "number": now.newest, "until": day.isoformat(), "members": [each.id for each in asked],
    })
    until_at = end_of(day.isoformat())
    ((unit, amount),) = found.span("comment", "before").items()
    ring = due_at({unit: -amount}, since=until_at, calendar=rules.calendar_at(at))
    _stand(standard, Standard.COMMENT, until=until_at, ring=max(ring, at + timedelta(hours=1)))
    tell("standard.asked", standard.id, actor=actor, at=at,
         posts=[post for each in asked for post in members.contact_ids(each)])
    return standard


@transaction.atomic
def comment(
    *, standard_id: UUID, given: Given, actor: Viewer, at: datetime, new_id: UUID | None = None
) -> Step:
    """A department's comment on the text before it, once under `new_id`; it may say more than once."""
    standard = standard_for(standard_id, viewer=actor, at=at)
    Standard.objects.select_for_update().get(id=standard.id)
    if before := step_before(new_id, standard.id, COMMENTED, actor=actor):
        return before
    now = now_of(standard, at=at)
    reached = set(members.members_reached(actor))
    mine = next((each for each in members.current(standard.county_id) if each.id in reached), None)
    if mine is None or actor.person_id is None:
        raise NotAllowed
    if now.asked is None or standard.state != Standard.COMMENT or end_of(str(now.asked.clear["until"])) < at:
        raise Refused.because(OVER)
    said = read("comment_fields", given, rules_for(standard.county_id, at=at), at=at)
    step = add_step(standard.id, COMMENTED, actor=actor, at=at, words=said.words, new_id=new_id, clear={
        **said.clear, "number": now.newest, "department": mine.department, "member": mine.id,
    })
    tell("standard.advanced", standard.id, actor=actor, at=at, step=COMMENTED, posts=[standard.post_id])
    return step


@transaction.atomic
def reply(*, standard_id: UUID, comment_id: UUID, given: Given, actor: Viewer, at: datetime) -> Step:
    """What became of a comment, told to who made it."""
    standard = _led(standard_id, actor, at)
    now = now_of(standard, at=at)
    said = read("reply_fields", given, rules_for(standard.county_id, at=at), at=at)
    about = next((each for each in now.comments if each.id == comment_id), None)
    if about is None or str(comment_id) in now.replies:
        raise Refused.because(CHANGED)
    step = add_step(standard.id, REPLIED, actor=actor, at=at, words=said.words,
                    clear={**said.clear, "comment": str(comment_id), "number": now.newest})
    tell("standard.advanced", standard.id, actor=actor, at=at, step=REPLIED, posts=[about.post_id])
    return step


@transaction.atomic
def adopt(
    *, standard_id: UUID, given: Given, implements: Sequence[str], actor: Viewer, at: datetime
) -> Standard:
    """The newest text holds from a day on, carried out by named versions of the rules."""
    standard = _led(standard_id, actor, at)
    now = now_of(standard, at=at)
    said = read("adopt_fields", given, rules_for(standard.county_id, at=at), at=at)
    if now.is_adopted():
        raise Refused.because(CHANGED)
    if now.asked is None:
        raise Refused.because(NOT_ASKED)
    if now.unanswered:
        raise Refused.because(UNANSWERED.format(many=len(now.unanswered)))
    until = date.fromisoformat(str(now.asked.clear["until"]))
    said_so = {each.clear["member"] for each in now.comments}
    if end_of(until.isoformat()) >= at and set(now.asked.clear["members"]) - said_so:
        raise Refused.because(WAITING.format(year=until.year, month=until.month, day=until.day))
    clear = {**said.clear, "number": now.newest, "implements": _versions(standard, implements, at)}
    add_step(standard.id, ADOPTED, actor=actor, at=at, clear=clear)
    _stand(standard, Standard.IN_FORCE)
    tell("standard.advanced", standard.id, actor=actor, at=at, step=ADOPTED, posts=[
        post for each in members.current(standard.county_id) for post in members.contact_ids(each)
    ])
    return standard


def _versions(standard: Standard, names: Sequence[str], at: datetime) -> list[dict[str, str]]:
    """The rules that carry a text out, each with the version that is in force in the county now."""
    known = dict(choices(standard.county_id, at=at))
    region = rules.region_of(standard.county_id)
    if any(name not in known for name in names):
        raise Refused([Problem("implements", NO_RULE, True)])
    found = []
    for name in dict.fromkeys(names):
        kind, _, id = name.partition("/")
        version = rules.resolve(kind, id, region=region, at=at)
        found.append({
            "name": name, "zh": str(version.content.get("zh", id)), "hash": version.hash,
            "version": str(version.content.get("version", "")),
        })
    return found


def choices(county_id: int, *, at: datetime) -> list[tuple[str, str]]:
    """The rules that a standard may name, with what they are called."""
    region = rules.region_of(county_id)
    return [
        (f"{kind}/{id}", str(rules.resolve(kind, id, region=region, at=at).content.get("zh", id)))
        for kind in rules_for(county_id, at=at).content["implements"]
        for id in rules.ids_in_force(kind, region=region, at=at)
    ]


@transaction.atomic
def withdraw(*, standard_id: UUID, words: str, actor: Viewer, at: datetime) -> Standard:
    """It holds no longer; all of it stays to be read."""
    standard = _led(standard_id, actor, at)
    if not words.strip():
        raise Refused.because(NO_WORDS)
    add_step(standard.id, WITHDRAWN, actor=actor, at=at, words={"words": words.strip()})
    _stand(standard, Standard.WITHDRAWN)
    tell("standard.advanced", standard.id, actor=actor, at=at, step=WITHDRAWN)
    return standard


@transaction.atomic
def ring(standard_id: UUID, *, now: datetime, actor: Viewer) -> None:
    """Departments that haven't said anything are reminded once; at the end who leads is told."""
    standard = Standard.objects.select_for_update().get(id=standard_id)
    if standard.ring_at is None or standard.ring_at > now:
        return
    stands = now_of(standard, at=now)
    said = {each.clear["member"] for each in stands.comments}
    is_over = standard.comment_until is None or standard.comment_until <= now
    posts = coordinating.leaders(standard.county_id, at=now) if is_over else [
        post for each in members.current(standard.county_id) if each.id not in said
        for post in members.contact_ids(each)
    ]
    standard.ring_at = None if is_over else standard.comment_until
    standard.save(update_fields=["ring_at"])
    tell("standard.reminded", standard.id, actor=actor, at=now, posts=posts)


def department_zh(standard: Standard, id: str, *, at: datetime) -> str:
    found = departments_for(standard.county_id, at=at).get(id)
    return found.zh if found else ""
