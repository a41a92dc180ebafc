"""Policy documents: entered with the paper itself, corrected by a new row, ended; which standards stand on them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.coordination.models import Policy, Standard
from tongxin.coordination.rules import STANDARDS, departments_for
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows.coordinating import CHANGED, File, add_step, examined, keep_scan, read, step_before, tell
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.registers.answers import Answers, Given

LISTED, ENDED = "listed", "ended"
EARLY = "没有保存：执行日期早于发文日期，请核对。"
NO_WORDS = "没有保存：请写明被哪份文件替代，或为什么不再执行。"


def reach(viewer: Viewer) -> QuerySet[Policy]:
    """The documents of the viewer's county: everybody at work there reads them."""
    return Policy.objects.filter(county_id=coordinating.county_of(viewer))


def policy_for(policy_id: UUID, *, viewer: Viewer) -> Policy:
    found = reach(viewer).filter(id=policy_id).first()
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def enter(
    *, given: Given, founds: Sequence[str], file: File | None, actor: Viewer, at: datetime,
    policy_id: UUID | None = None, new_id: UUID | None = None,
) -> Policy:
    """A document, or its correction, once under `new_id`: the newest row stands, the former stay to be read."""
    county = coordinating.leading(actor, at=at)
    said = read("policy_fields", given, coordinating.rules_of(STANDARDS, county, at=at), at=at)
    if str(said.clear["in_force_on"]) < str(said.clear["issued_on"]):
        raise Refused([Problem("in_force_on", EARLY, True)])
    kept = examined(file, county, at=at)
    days = _days(said)
    if policy_id is None:
        policy, is_new = coordinating.begin(
            Policy, county_id=county, actor=actor, at=at, new_id=new_id, state=Policy.IN_FORCE, **days
        )
        if not is_new:
            return policy
    else:
        policy = _led(policy_id, county)
        if step_before(new_id, policy.id, LISTED, actor=actor):
            return policy
        Policy.objects.filter(id=policy.id).update(**days)
    founded = [each for each, _ in choices(county, at=at) if each in founds]
    step = add_step(policy.id, LISTED, actor=actor, at=at, clear={**said.clear, "founds": founded}, words=said.words,
                    new_id=new_id if policy_id else None)
    keep_scan(step, kept)
    tell("policy.listed", policy.id, actor=actor, at=at, step=LISTED)
    return policy


def _days(said: Answers) -> dict[str, Any]:
    return {
        "level": said.clear["level"], "issued_on": date.fromisoformat(said.clear["issued_on"]),
        "in_force_on": date.fromisoformat(said.clear["in_force_on"]),
    }


def _led(policy_id: UUID, county: int) -> Policy:
    found = Policy.objects.select_for_update().filter(id=policy_id, county_id=county).first()
    if found is None:
        raise NotAllowed
    if found.state == Policy.ENDED:
        raise Refused.because(CHANGED)
    return found


def choices(county_id: int, *, at: datetime) -> list[tuple[str, str]]:
    """What a document may be the ground of: standards of the county, duties of the departments."""
    standards = [
        (f"standard.{each.id}", f"标准 {each.year}-{each.number}")
        for each in Standard.objects.filter(county_id=county_id).order_by("year", "number")
    ]
    duties = [
        (f"duty.{department.id}.{duty.id}", f"{department.zh}：{duty.zh}")
        for department in departments_for(county_id, at=at).values() for duty in department.duties
    ]
    return [*standards, *duties]


@transaction.atomic
def end(*, policy_id: UUID, words: str, actor: Viewer, at: datetime) -> Policy:
    """It is no longer carried out."""
    policy = _led(policy_id, coordinating.leading(actor, at=at))
    if not words.strip():
        raise Refused.because(NO_WORDS)
    add_step(policy.id, ENDED, actor=actor, at=at, words={"words": words.strip()})
    Policy.objects.filter(id=policy.id).update(state=Policy.ENDED)
    tell("policy.listed", policy.id, actor=actor, at=at, step=ENDED)
    return policy
