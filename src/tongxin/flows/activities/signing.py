"""Signing in with a code that lasts some hours: without an account, by number, once however often it is sent."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.activities.models import Activity, Code, Feedback, Occasion, SignIn
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.activities.occasions import open_at
from tongxin.flows.activities.reach import activity_for, tell
from tongxin.flows.made_once import made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.registers import answers
from tongxin.registers.answers import Given

GROUPS = (4, 4)
WRONG = "这个码不对，或者已经过期。请向办活动的人要新的码。"
CLOSED = "签到的时间已经过了，没有保存。请告诉办活动的人，由他们登记。"
MANY = "一次签到 1 到 {most} 位；人多的请分开签，或告诉办活动的人。"
FULL = "这个码签到的人数已满，没有保存。请告诉办活动的人。"
ELSEWHERE = "没有保存：这一页已经在另一场签过到。请重新扫码，再签一次。"
OVER = "反馈的时间已经过了，没有保存。谢谢您来。"


@dataclass(frozen=True, slots=True)
class Open:
    """An occasion as a code opens it: nothing of it but kind and day."""

    occasion: Occasion
    rules: Activities
    takes_sign_in: bool
    takes_feedback: bool

    @property
    def kind_zh(self) -> str:
        return self.rules.kinds[self.occasion.activity.kind].zh


def digest_of(code: str) -> str:
    """What is stored of a code, written in any case and with or without lines between."""
    plain = "".join(letter for letter in code.lower() if letter in ids.READABLE)
    return hmac.digest(vault.tokens.key("activity codes"), plain.encode(), hashlib.sha256).hex()


@transaction.atomic
def issue(*, occasion_id: UUID, actor: Viewer, at: datetime) -> tuple[str, Code]:
    """A fresh code of an occasion, shown this once; the ones before stop."""
    held = Occasion.objects.filter(id=occasion_id, withdrawn_at__isnull=True).first()
    if held is None or actor.person_id is None:
        raise NotAllowed
    row = activity_for(activity_id=held.activity_id, viewer=actor, at=at, writes=True, for_update=True)
    open_at(row)
    held.codes.filter(revoked_at__isnull=True).update(revoked_at=at)
    code = ids.code(*GROUPS)
    made = Code.objects.create(
        occasion=held, digest=digest_of(code), made_at=at, person_id=actor.person_id,
        expires_at=at + rules_in(row.county_id, at=at).code.lasts,
    )
    tell("activity.opened", actor, at, occasion=held.id)
    return code, made


def opened(code: str, *, at: datetime) -> Open:
    """What a code opens; a wrong or old one opens nothing."""
    rows = Code.objects.filter(digest=digest_of(code)).select_related("occasion", "occasion__activity")
    row = rows.first()
    if row is None or row.occasion.withdrawn_at is not None or row.occasion.activity.state == Activity.CANCELLED:
        raise Refused.because(WRONG)
    found = rules_in(row.occasion.activity.county_id, at=at)
    signs = row.revoked_at is None and at < row.expires_at
    says = at < row.expires_at + found.code.feedback_for
    if not says:
        raise Refused.because(WRONG)
    return Open(row.occasion, found, signs, says)


@made_once
def sign(code: str, *, sign_id: UUID, given: Given, at: datetime) -> SignIn:
    """Somebody came, with how many; the same page sent twice is one."""
    there = opened(code, at=at)
    known = SignIn.objects.filter(id=sign_id).first()
    if known is not None and known.occasion_id != there.occasion.id:
        raise Refused.because(ELSEWHERE)
    if known is not None:
        return known
    if not there.takes_sign_in:
        raise Refused.because(CLOSED)
    held = Occasion.objects.select_for_update().get(id=there.occasion.id)
    read = answers.read(there.rules.asked["sign"], given, at=at)
    many, most = read.clear.get("many"), there.rules.code.at_once
    problems = list(read.problems)
    if many is not None and not 1 <= many <= most:
        problems.append(Problem("many", MANY.format(most=most), True))
    elif many and (held.sign_ins.aggregate(all=Sum("many"))["all"] or 0) + many > there.rules.code.most:
        problems.append(Problem("", FULL, True))
    if problems or many is None:
        raise Refused(problems)
    row = SignIn(
        id=sign_id, occasion=held, whom=read.clear["whom"], many=many, first_time=read.clear["first_time"] == "yes",
        at=at,
    )
    if read.words.get("name"):
        vault.put(row, {"words": read.words["name"]})
    row.save()
    return row


@made_once
def say(code: str, *, feedback_id: UUID, given: Given, at: datetime) -> Feedback:
    """What somebody thought of it; of whom nothing is kept but the day."""
    there = opened(code, at=at)
    known = Feedback.objects.filter(id=feedback_id).first()
    if known is not None:
        return known
    read = answers.read(there.rules.asked["feedback"], given, at=at)
    if read.problems:
        raise Refused(read.problems)
    # Not more voices than people.
    row = Activity.objects.select_for_update().get(id=there.occasion.activity_id)
    if row.feedback.count() >= there.rules.code.most:
        raise Refused.because(OVER)
    return Feedback.objects.create(
        id=feedback_id, activity=row, clear=read.clear, said_on=at.astimezone(CHINA).date()
    )
