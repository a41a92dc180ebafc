"""What a round needs before it starts, said in sentences with the figures and where they come from."""

from typing import Any

from django.db.models import Q

from tongxin.access import selectors as access
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import held
from tongxin.core.screening import Expected
from tongxin.flows import screening
from tongxin.rulebook import rules
from tongxin.screening import offers, questions, selectors
from tongxin.screening.models import Participant, Round
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request

MOST = 80


def ready_for(request: Request, round: Round, *, may_plan: bool) -> dict[str, Any]:
    """The figures of a planned round; of one that has started, what was expected then."""
    if round.state != Round.PLANNED:
        return {"expected": round.expected}
    found = screening.readiness(round, at=request.at)
    instrument, rule = questions.instrument_of(round), questions.rule_of(round)
    consents = {each: round.participants.filter(consent=each).count() for each, _ in Participant.CONSENTS}
    excluded = round.participants.filter(state=Participant.EXCLUDED)
    return {
        "ready": found, "gate": {"zh": found.warning} if found.warning else None,
        "figures": figures(found.expected), "hours_needed": hours(found.expected.minutes),
        "hours_there": hours(found.minutes), "consents": consents, "listed": round.participants.count(),
        "too_young": excluded.filter(reason="age").count(), "no_age": excluded.filter(reason="age_unknown").count(),
        "offer": offers.Offer(instrument, rule.cuts[round.instrument]), "licence": instrument.licence, "rule": rule,
        "posts": _posts(request, round) if may_plan else [],
        "is_own": round.planned_by_id == request.viewer.person_id,
        "may_sign": access.may_do(viewer=request.viewer, action=selectors.OVERSEE, at=request.at),
    }


def figures(expected: Expected) -> list[dict[str, Any]]:
    """What to expect, each with the share it stands on and where that was counted."""
    rows = []
    for zh, count in (("须当面核查安全（警报）", expected.alarms), ("达到界值", expected.above)):
        rows.append({
            "zh": zh, "likely": count.likely, "low": count.low, "high": count.high,
            "share": f"{count.share.per_mille / 10:g}%", "population": count.share.population,
            "source": count.share.source, "is_assumed": count.share.is_assumed, "is_none": not count.share.per_mille,
        })
    return rows


def hours(minutes: int) -> str:
    """A length of work in hours with one place."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _posts(request: Request, round: Round) -> list[dict[str, Any]]:
    """The posts of the round's county that may see results and that somebody holds now."""
    found = rules.access_rules(at=request.at)
    roles = [role for role in found.roles if found.may_do(role=role, action=selectors.READ)]
    near = Q(division__county_id=round.county_id) | Q(organisation_id=round.organisation_id)
    posts = list(Post.objects.filter(near, role__in=roles).order_by("title")[:MOST])
    holders = dict(
        Holding.objects.filter(held(request.at), post__in=posts).order_by("kind").values_list("post_id", "person_id")
    )
    names = open_names(request, people=holders.values(), purpose="screening", route="round", part="staff")
    return [
        {"id": each.id, "zh": f"{each.title}（{names.person(holders[each.id])}）"}
        for each in posts if each.id in holders
    ]
