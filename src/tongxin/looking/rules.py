"""The rules of looking in force, as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import shipped

KIND, ID = "looking", "looking"
# Before the purposes in what a look stores, so that they never meet the names of pages.
PREFIX = "look."
GLASS = f"{PREFIX}glass"


@dataclass(frozen=True, slots=True)
class Purpose:
    id: str
    zh: str
    needs_words: bool
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Purposes, who approves, how an emergency runs, and what is out of the usual."""

    purposes: Mapping[str, Purpose]
    holds: timedelta
    recent: timedelta
    approved_roles: frozenset[str]
    approvers: tuple[str, ...]
    approval_holds: timedelta
    kinds: Mapping[str, str]
    lasts: timedelta
    review_within: timedelta
    told: tuple[str, ...]
    glass_outcomes: Mapping[str, str]
    unusual: Mapping[str, Mapping[str, Any]]
    explain_within: timedelta
    outcomes: Mapping[str, str]

    def needs_approval(self, purpose: str, *, roles: frozenset[str]) -> bool:
        """Whether somebody in charge has to agree before this purpose lets anybody of these roles look."""
        return self.purposes[purpose].needs_approval or bool(roles & self.approved_roles)

    def words(self, purpose: str) -> str:
        """What a look's stored purpose says; empty for what is none of these."""
        if purpose == GLASS:
            return "紧急调阅"
        found = self.purposes.get(purpose.removeprefix(PREFIX)) if purpose.startswith(PREFIX) else None
        return found.zh if found else ""


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    approval, glass, unusual = content["approval"], content["glass"], content["unusual"]
    return Rules(
        purposes={
            each["id"]: Purpose(each["id"], each["zh"], bool(each.get("words")), bool(each.get("approval")))
            for each in content["purposes"]
        },
        holds=timedelta(**content["holds"]), recent=timedelta(**content["recent"]),
        approved_roles=frozenset(approval.get("roles", ())), approvers=tuple(approval["by"]),
        approval_holds=timedelta(**approval["holds"]),
        kinds=_words(glass["kinds"]), lasts=timedelta(hours=glass["lasts"]["value"]),
        review_within=timedelta(days=glass["review_within"]["value"]), told=tuple(glass["told"]),
        glass_outcomes=_words(glass["outcomes"]),
        unusual={each["id"]: each for each in unusual["rules"]},
        explain_within=timedelta(**unusual["explain_within"]), outcomes=_words(unusual["outcomes"]),
    )


def _words(rows: Any) -> dict[str, str]:
    return {each["id"]: each["zh"] for each in rows}
