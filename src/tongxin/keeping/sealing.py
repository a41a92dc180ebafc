"""The rules of sealing juvenile records in force, as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import shipped

KIND, ID = "record_sealing", "record_sealing"
# The purpose that ends a sealing instead of looking into it.
LIFT = "lift"


@dataclass(frozen=True, slots=True)
class Rules:
    """Who sends notices, for what may be looked, what is never set apart, and what everybody else is answered."""

    organs: Mapping[str, str]
    purposes: Mapping[str, str]
    open_for: timedelta
    never: frozenset[str]
    categories: frozenset[str]
    answer: str
    answer_rest: str
    # Who takes such papers straight into custody; whoever keeps them where a definition names nobody.
    receivers: frozenset[str] | None = None


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    return Rules(
        organs={each["id"]: each["zh"] for each in content["organs"]},
        purposes={each["id"]: each["zh"] for each in content["purposes"]},
        open_for=timedelta(**content["open_for"]), never=frozenset(content["never"]),
        categories=frozenset(content["categories"]), answer=content["answer"]["zh"],
        answer_rest=content["answer"]["rest"],
        receivers=frozenset(content["receivers"]) if "receivers" in content else None,
    )
