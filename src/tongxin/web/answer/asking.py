"""What a child is told before the first question and after the last, in the words of the place."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tongxin.accounts.models import Post
from tongxin.flows.screening_alarms import clinicians_of
from tongxin.rulebook import rules
from tongxin.rulebook.shipped import content_in_force
from tongxin.screening.models import Round

DAY = timedelta(days=1)
FALLBACK = "fallback"


def asking_in(*, region: str = "", at: datetime) -> Mapping[str, Any]:
    """The rules and words for children who answer by themselves."""
    return content_in_force("asking", "asking", region=region, at=at)


def region_of(round: Round) -> str:
    return rules.region_of(round.county_id)


def words_for(round: Round, *, at: datetime) -> dict[str, Any]:
    """Everything that the pages say to a child of this round."""
    region = region_of(round)
    asking = asking_in(region=region, at=at)
    holes = {"readers": readers_of(round, asking["readers"]), "within": seen_within(region=region, at=at)}
    return {
        "before": [{"zh": part["zh"], "text": part["text"].format(**holes)} for part in asking["before"]],
        "yes": asking["assent"]["yes_zh"], "no": asking["assent"]["no_zh"], "after": list(asking["after"]),
        "unwilling": list(asking["unwilling"]), **help_in(region=region, at=at),
    }


def help_in(*, region: str = "", at: datetime) -> dict[str, Any]:
    """Whom a child can call, and what to do in danger."""
    lines = content_in_force("brand", "brand", region=region, at=at).get("hotlines") or []
    calls = [{"zh": line["zh"], "number": str(line["number"])} for line in lines]
    return {"calls": calls, "danger": asking_in(region=region, at=at)["danger"]}


def readers_of(round: Round, names: Mapping[str, str]) -> str:
    """Who reads the answers, as a child calls them: the people named for the round, never their names."""
    roles = list(Post.objects.filter(id__in=clinicians_of(round)).order_by("role").values_list("role", flat=True))
    said = dict.fromkeys(names.get(role, names[FALLBACK]) for role in roles)
    return "和".join(said) or names[FALLBACK]


def seen_within(*, region: str = "", at: datetime) -> str:
    """How soon somebody comes: what the pathway allows a safety check."""
    lapses = content_in_force("pathway", "child", region=region, at=at)["safety_check"]["lapses"]
    span = timedelta(**{lapses["unit"]: lapses["value"]})
    return "一天之内" if span == DAY else f"{span // timedelta(hours=1)}小时之内"


def span_in(content: Mapping[str, Any], key: str) -> timedelta:
    return timedelta(**content[key])
