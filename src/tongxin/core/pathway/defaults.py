"""What a pathway means where it says nothing: versions adopted before a key existed stay readable (spine B1)."""

from collections.abc import Callable, Mapping
from typing import Any

from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]

# Each as a function of what the version does say, so that no threshold or role is invented here.
DEFAULTS: Mapping[str, Callable[[Content], Any]] = {
    "order": lambda content: list(content["levels"]),
    "only": lambda content: {},
    "crisis_reopens": lambda content: next(s for s in content["stages"] if s not in content["closed_stages"]),
    "crisis_not_needed": lambda content: [],
    "crisis_climb": lambda content: content["climb"],
    "professionals": lambda content: content["lowering"]["needs"]["first"],
    "staff_concern_skips": lambda content: [],
    "assignable": lambda content: [],
    "hint_raises": lambda content: _next_up(content.get("order") or list(content["levels"])),
    "details": lambda content: {},
    "routing": lambda content: {},
    "counts_if": lambda content: _whatever_was_recorded(),
    "fallback": lambda content: _look_again(content),
    "aftercare": lambda content: {},
    "conference_rhythm": lambda content: {},
    "referral_clocks": lambda content: {},
    "referral_climb": lambda content: {},
    "referral_results": lambda content: {},
    "report_bodies": lambda content: {},
    "transfer_receivers": lambda content: {"county": "case_manager"},
}


def completed(content: Content) -> dict[str, Any]:
    """A pathway's content with what an older version lacks."""
    return {**content, **{key: default(content) for key, default in DEFAULTS.items() if key not in content}}


def refuse_gaps(content: Content) -> None:
    """Nothing, when a pathway says everything itself; a version to be adopted leans on no default."""
    for key in DEFAULTS:
        if key not in content:
            raise DefinitionError("", f"没有写“{key}”。", f"补上 {key}；写法见 definitions/pathway/child.yaml。")


def _next_up(order: list[str]) -> dict[str, str]:
    """Each level with the one above it; the highest stays."""
    return dict(zip(order, [*order[1:], order[-1]], strict=True))


def _whatever_was_recorded() -> dict[str, Any]:
    """Before there was a rule, every finished record counted, but a household check only when the child was seen."""
    contacts = ("visit", "assessment", "follow_up", "interview", "safety_check", "crisis_step")
    return {
        "identification": [{"kind": "identification", "where": {"result": ["healthy", "refer"]}}],
        "contact": [{"kind": kind} for kind in contacts],
        "household_check": [{"kind": "household_check", "where": {"seen_in_person": "yes"}}],
    }


def _look_again(content: Content) -> dict[str, Any]:
    """A step of last resort: the first step's form, for whoever oversees, within the longest climb."""
    return {
        "id": "arrange_next", "zh": "核对情况，安排下一步", "when": "is_open", "anchor": ["any"],
        "form": content["steps"][0]["form"], "role": content["lowering"]["needs"]["second"][0],
        "due": content["climb"][-1],
    }
