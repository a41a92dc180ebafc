"""What a child is told when a questionnaire is handed over on a phone: who reads it, when somebody comes."""

from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import rules
from tongxin.rulebook.shipped import content_in_force

DAY = timedelta(days=1)
READ, RELATION = "psychological", "in_area"
FALLBACK = "fallback"


def asking_in(*, region: str, at: datetime) -> dict[str, Any]:
    """Every word that the phone says to a child, with the readers of the place filled in."""
    asking = content_in_force("asking", "asking", region=region, at=at)
    lines = content_in_force("brand", "brand", region=region, at=at).get("hotlines") or []
    holes = {"readers": _readers(asking["readers"], at), "within": _within(region, at)}
    return {
        "before": [{"zh": part["zh"], "text": part["text"].format(**holes)} for part in asking["before"]],
        "yes": asking["assent"]["yes_zh"], "no": asking["assent"]["no_zh"], "after": list(asking["after"]),
        "unwilling": list(asking["unwilling"]), "danger": asking["danger"], "elsewhere": asking["elsewhere"],
        "calls": [{"zh": line["zh"], "number": str(line["number"])} for line in lines],
    }


def _readers(names: dict[str, str], at: datetime) -> str:
    """Everybody whose role reads what children say about themselves, as a child calls them."""
    grants = [each for each in rules.access_rules(at=at).grants if each.relation == RELATION and READ in each.reads]
    roles = sorted({role for each in grants for role in each.roles})
    said = list(dict.fromkeys(names.get(role, names[FALLBACK]) for role in roles))
    return "、".join(said[:-1]) + "和" + said[-1] if len(said) > 1 else "".join(said) or names[FALLBACK]


def _within(region: str, at: datetime) -> str:
    """How soon somebody comes: what the pathway allows a safety check."""
    lapses = content_in_force("pathway", "child", region=region, at=at)["safety_check"]["lapses"]
    span = timedelta(**{lapses["unit"]: lapses["value"]})
    return "一天之内" if span == DAY else f"{span // timedelta(hours=1)}小时之内"
