"""Incidents: anybody reports one, the clock runs from its discovery, another person closes it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import Refused
from tongxin.flows.registers import (
    CHANGED,
    CHECK,
    KEEP,
    Opened,
    add_step,
    county_of,
    keep,
    line_for,
    locked,
    may_judge,
    open_line,
    opened,
    settle,
    tell,
)
from tongxin.looking.models import Glass, Unusual
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.registers.models import INCIDENT, Line, Step, Version
from tongxin.registers.rules import Stage, fits, register_at
from tongxin.registers.standing import FOUND
from tongxin.rulebook import rules
from tongxin.sync.models import Device

NO_REASON = "没有保存：写明为什么不用办，结案的人会核对。"
NOT_SKIPPED = "没有保存：这一步不能不办。"
WHEN = "没有保存：办理的时间要在发现之后、现在之前。"
STILL_OPEN = "没有结案：还有没办的："
OWN = "没有结案：登记和描述这起事件的人不能自己结案，请另一位有权的同事写结论。"
MISSED = "（还没有写）"
NO_LINK = "没有保存：这件事已经登记过，或者不在您的区县。"


def register(*, topic: str, given: Given, link: str, actor: Viewer, at: datetime) -> Line:
    """An incident described in full; `link` is the look or the phone from which it was found."""
    if link and link not in unregistered(county_id=county_of(actor), at=at):
        raise Refused.because(NO_LINK)
    return keep(register=INCIDENT, topic=topic, given=given, actor=actor, at=at, link=link)


def report(*, topic: str, given: Given, actor: Viewer, at: datetime) -> Line:
    """What somebody who works here noticed, in a few words; the administrator for security is told at once."""
    county = county_of(actor)
    found = register_at(INCIDENT, region=rules.region_of(county), at=at)
    if topic not in found.topics:
        raise Refused.because("没有保存：请选发生了什么。")
    asked = [each for each in found.fields if each.id in found.asked_first]
    read = answers.read(asked, given, at=at)
    if read.problems:
        raise Refused(read.problems)
    return open_line(found, topic=topic, read=read, county_id=county, actor=actor, at=at)


@transaction.atomic
def tell_stage(*, line_id: UUID, stage: str, given: Given, actor: Viewer, at: datetime) -> Line:
    """Somebody was told, or something was mended: when, who, how, in what words."""
    line, now, found = _open(line_id, stage, actor, at)
    if _is_done(now, found):
        raise Refused.because(CHANGED)
    read = answers.read(now.rules.told, given, at=at)
    moment = answers.moment_in("".join(given.get("happened_at", ())))
    if moment is None or not datetime.fromisoformat(now.standing.newest.clear[FOUND]) <= moment <= at:
        raise Refused.because(WHEN)
    if read.problems:
        raise Refused(read.problems)
    add_step(line, Step.TOLD, stage=stage, clear=read.clear, words=read.words, happened_at=moment, actor=actor, at=at)
    tell("register.advanced", line, actor=actor, at=at, stage=stage)
    settle(line, at=at)
    return line


@transaction.atomic
def skip_stage(*, line_id: UUID, stage: str, words: str, actor: Viewer, at: datetime) -> Line:
    """Why somebody need not be told (art. 57: the harm was averted); read by whoever closes."""
    line, now, found = _open(line_id, stage, actor, at)
    if not may_skip(now, found) or _is_done(now, found):
        raise Refused.because(NOT_SKIPPED)
    if not words.strip():
        raise Refused.because(NO_REASON)
    add_step(line, Step.SKIPPED, stage=stage, words={"words": words.strip()}, actor=actor, at=at)
    tell("register.advanced", line, actor=actor, at=at, stage=stage)
    settle(line, at=at)
    return line


@transaction.atomic
def close(*, line_id: UUID, given: Given, actor: Viewer, at: datetime) -> Line:
    """Another person's conclusion, once everything was done that the clock asks for."""
    line = locked(line_for(line_id=line_id, viewer=actor, at=at, actions=(CHECK,)))
    now = opened(line, at=at)
    if now.standing.state != Line.OPEN:
        raise Refused.because(CHANGED)
    if not may_judge(now, actor):
        raise Refused.because(OWN)
    read = answers.read(now.rules.closing, given, at=at)
    if read.problems:
        raise Refused(read.problems)
    if waiting := [clock.zh for clock in now.standing.clocks[:-1] if clock.is_open]:
        raise Refused.because(STILL_OPEN + "、".join(waiting) + "。")
    add_step(line, Step.CLOSED, outcome=read.clear["outcome"], clear=read.clear, words=read.words, actor=actor, at=at)
    tell("register.advanced", line, actor=actor, at=at, stage=Step.CLOSED, posts=[line.post_id])
    settle(line, at=at)
    return line


def _open(line_id: UUID, stage: str, actor: Viewer, at: datetime) -> tuple[Line, Opened, Stage]:
    line = locked(line_for(line_id=line_id, viewer=actor, at=at, actions=(KEEP,)))
    now = opened(line, at=at)
    found = next((each for each in now.rules.stages if each.id == stage), None)
    if found is None or now.standing.state != Line.OPEN:
        raise Refused.because(CHANGED)
    return line, now, found


def may_skip(now: Opened, stage: Stage) -> bool:
    """Whether a step may be left out with a reason: by the rules, or since only a former version asked for it."""
    return stage.may_skip or not fits(stage.only_if, now.standing.newest.clear)


def _is_done(now: Opened, stage: Stage) -> bool:
    done = any(clock.stage == stage.id and not clock.is_open for clock in now.standing.clocks)
    return done and not stage.is_many


def unregistered(*, county_id: int, at: datetime) -> Mapping[str, str]:
    """What was found to be an incident and stands in no register yet: `kind.id` → in words, without a name."""
    since = at - register_at(INCIDENT, region=rules.region_of(county_id), at=at).looks_back
    known = Version.objects.filter(line__county_id=county_id, line__register=INCIDENT, clear__has_key="link")
    linked = {str(clear["link"]) for clear in known.values_list("clear", flat=True)}
    looks = Unusual.objects.filter(county_id=county_id, outcome="incident", closed_at__gt=since)
    glasses = Glass.objects.filter(county_id=county_id, outcome=Glass.UNJUSTIFIED, reviewed_at__gt=since)
    posts = Post.objects.filter(division__county_id=county_id).values("id")
    phones = Device.objects.filter(post_id__in=posts, ended_at__gt=since, state__in=(Device.WIPE, Device.WIPED))
    rows = [
        *((f"unusual.{id}", "不寻常的查看，核实为事件", when) for id, when in looks.values_list("id", "closed_at")),
        *((f"glass.{id}", "紧急调阅，复核不成立", when) for id, when in glasses.values_list("id", "reviewed_at")),
        *((f"device.{id}", "丢失、要清除的手机", when) for id, when in phones.values_list("id", "ended_at")),
    ]
    dated = sorted((when.astimezone(CHINA), link, zh) for link, zh, when in rows if when and link not in linked)
    return {link: f"{zh}（{when.year}年{when.month}月{when.day}日）" for when, link, zh in dated}


TOPIC_OF = {"unusual": "look", "glass": "look", "device": "device"}


def wording(now: Opened, stage: str) -> tuple[str, str]:
    """A text for telling, filled from codes and numbers alone: no name and nothing that somebody wrote."""
    found = next(each for each in now.rules.stages if each.id == stage)
    if not found.wording:
        return "", ""
    zh, text = now.rules.wordings[found.wording]
    clear, fields = now.standing.newest.clear, {each.id: each for each in now.rules.fields}
    began = datetime.fromisoformat(clear[FOUND])
    done = [clock.zh for clock in now.standing.clocks[:-1] if not clock.is_open and not clock.is_skipped]
    shown = {name: fields[name].shown(clear[name]) for name in ("parts", "people", "harm") if clear.get(name)}
    return zh, text.format_map({
        "found": f"{began.year}年{began.month}月{began.day}日{began:%H:%M}",
        "kind": now.rules.topics[now.line.topic].zh,
        "number": f"{now.line.year}-{now.line.number}", "parts": MISSED, "people": MISSED, "harm": MISSED,
        "count": clear.get("number", "（还没有弄清）"), "done": "、".join(done) or MISSED, **shown,
    })
