"""The notice that people are shown before they agree, as a definition writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing for which a child's data are used, in words for the guardian and for the child.

    `edition` rises when what is agreed to becomes another; `otherwise` holds where nobody decided anything.
    """

    id: str
    zh: str
    edition: int
    otherwise: str
    guardian: Mapping[str, str]
    child: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """Which records wait for a purpose's consent, or for what the guardian answered, and what goes before it."""

    kind: str
    purpose: str
    refuses: frozenset[str]
    unless: tuple[str, ...]
    where: Mapping[str, str | Sequence[str]]
    zh: str
    # Answers of guardian_feedback with which it is shut; such a gate asks for no purpose.
    feedback: frozenset[str] = frozenset()

    def concerns(self, kind: str, data: Mapping[str, object]) -> bool:
        """Whether a record waits at this gate: each value told is the one wanted, or one of several."""
        return kind == self.kind and all(_fits(data.get(name), want) for name, want in self.where.items())


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of the notice, from the day that is printed on it."""

    since: date
    purposes: tuple[Purpose, ...]
    gates: tuple[Gate, ...]
    asked_from: int
    own_from: int
    before: tuple[str, ...]
    before_child: tuple[str, ...]
    stand_ins: frozenset[str]
    with_document: frozenset[str]
    lasts: timedelta
    looks_of: timedelta

    def purpose(self, id: str) -> Purpose | None:
        return next((each for each in self.purposes if each.id == id), None)

    def edition(self, id: str) -> int:
        """The edition of a purpose; 0 where this version didn't name it yet."""
        found = self.purpose(id)
        return found.edition if found else 0


def read(content: Mapping[str, Any]) -> Notice:
    """The notice as an object."""
    link = content["link"]
    return Notice(
        since=date.fromisoformat(str(content.get("valid_from") or content["version"])),
        purposes=tuple(
            Purpose(
                id=each["id"], zh=each["zh"], edition=int(each["edition"]), otherwise=each["otherwise"],
                guardian=dict(each["guardian"]), child=tuple(each["child"]),
            )
            for each in content["purposes"]
        ),
        gates=tuple(
            Gate(
                kind=each["kind"], purpose=each.get("purpose", ""), refuses=frozenset(each.get("refuses", ())),
                unless=tuple(each.get("unless", ())), where=dict(each.get("where", {})), zh=each["zh"],
                feedback=frozenset(each.get("feedback", ())),
            )
            for each in content["gates"]
        ),
        asked_from=int(content["ages"]["asked"]["value"]), own_from=int(content["ages"]["own"]["value"]),
        before=tuple(content["before"]), before_child=tuple(content["before_child"]),
        stand_ins=frozenset(content["stand_ins"]), with_document=frozenset(content["with_document"]),
        lasts=timedelta(**link["lasts"]), looks_of=timedelta(**link["looks_of"]),
    )


def _fits(told: object, want: str | Sequence[str]) -> bool:
    if isinstance(want, str):
        return told == want
    return bool(set(told) & set(want)) if isinstance(told, list | tuple) else told in want
