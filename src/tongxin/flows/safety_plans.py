"""The newest safety plan of a child, as far as whoever looks may see it: the child decides about most of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.core.pathway import WITHDRAWN
from tongxin.flows.crises import path_of
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

KIND, PART = "safety_plan", "psychological"
# In the order in which they stand on the page.
PARTS = ("signs", "alone", "distract", "people", "helpers", "surroundings", "reasons")
TITLES = {
    "signs": "我的预警信号", "alone": "我自己能做的事", "distract": "能让我分心的人和地方",
    "people": "我可以求助的家人和朋友",
    "helpers": "专业人员和热线", "surroundings": "让身边更安全", "reasons": "我想继续生活的理由",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody may see of a plan: (title, words), which version, and what is kept back."""

    entry: Entry
    made_on: str
    version: int
    parts: tuple[tuple[str, str], ...]
    kept_back: tuple[str, ...]


def newest(entries: Iterable[Entry]) -> tuple[Entry, int] | None:
    """The plan that stands, and the how manieth it is; of a child's records in their order."""
    rows = [entry for entry in entries if entry.kind == KIND]
    gone = {entry.supersedes_id for entry in rows if entry.supersedes_id}
    stands = [entry for entry in rows if entry.id not in gone and entry.correction_kind not in WITHDRAWN]
    return (stands[-1], len(stands)) if stands else None


def shown(
    child: Child, *, entry: Entry, version: int, answers: Mapping[str, Any], parts: Iterable[str], at: datetime
) -> Plan:
    """The plan for somebody who reads these parts of the file: who reads psychology sees it whole."""
    sees_all = PART in set(parts)
    allowed = set(PARTS) if sees_all else _allowed(child, answers, at)
    told = [(name, str(answers.get(name) or "")) for name in PARTS]
    return Plan(
        entry=entry, made_on=str(answers.get("made_on", "")), version=version,
        parts=tuple((TITLES[name], text) for name, text in told if text and name in allowed),
        kept_back=tuple(TITLES[name] for name, text in told if text and name not in allowed),
    )


def _allowed(child: Child, answers: Mapping[str, Any], at: datetime) -> set[str]:
    """What keeps the child safe, and what the child agreed to; an older path shows nothing."""
    shows = path_of(child, at=at).get("safety_plan", {})
    said = answers.get("shared")
    agreed = set(said) if isinstance(said, list) else set()
    return {*shows.get("always", ())} | (agreed & {*shows.get("if_agreed", ())})

