"""The protocols that can be led as a group, as far as a group has to know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import rules

KIND, GROUP, CARER = "protocols", "group", "carer"


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol: for whom, how many, how often, and how soon somebody supervises."""

    id: str
    zh: str
    whom: str
    recipients: tuple[str, ...]
    is_group: bool
    least: int
    most: int
    leaders: int
    themes: tuple[tuple[str, str], ...]
    minutes: int
    every_days: int
    age_from: int
    age_to: int
    services: tuple[str, ...]
    supervised_within: timedelta
    exclusions: tuple[str, ...]
    source: str
    grown: int

    @property
    def sessions(self) -> int:
        return len(self.themes)

    @property
    def asks_age(self) -> bool:
        """Whether the ages are a child's; those of a protocol for carers are the carers' own."""
        return self.age_from < self.grown and self.age_to <= self.grown

    def theme_of(self, session_no: int) -> tuple[str, str]:
        """The theme of one session, as a code and in words; the last one's where there are more."""
        return self.themes[min(max(session_no, 1), len(self.themes)) - 1]


def protocols_in(*, region: str, at: datetime) -> dict[str, Protocol]:
    """The protocols in force somewhere, by id; none before any were adopted."""
    try:
        resolved = rules.resolve(KIND, KIND, region=region, at=at)
    except rules.NotAdopted:
        return {}
    return rules.read(_read, resolved)


def _read(content: Mapping[str, Any]) -> dict[str, Protocol]:
    said = {each["id"]: each["zh"] for each in content["exclusions"]}
    # Before it was a rule: the age from which the methods for carers only are.
    of_carers = (each["ages"]["from"] for each in content["protocols"] if each["recipients"] == [CARER])
    grown = content.get("grown") or min(of_carers, default=0)
    return {each["id"]: _protocol(each, said, grown) for each in content["protocols"]}


def _protocol(raw: Mapping[str, Any], said: Mapping[str, str], grown: int) -> Protocol:
    size, sessions = raw.get("group") or {}, raw["sessions"]
    return Protocol(
        id=raw["id"], zh=raw["zh"], whom=raw["whom"], recipients=tuple(raw["recipients"]),
        is_group=GROUP in raw["forms"], least=size.get("least", 0), most=size.get("most", 0),
        leaders=size.get("leaders", 1), themes=tuple((each["theme"], each["zh"]) for each in sessions),
        minutes=max(each["minutes"] for each in sessions), every_days=raw["every"]["days"],
        age_from=raw["ages"]["from"], age_to=raw["ages"]["to"], services=tuple(raw["services"]),
        supervised_within=timedelta(days=raw["supervised"]["every"]["days"]),
        exclusions=tuple(said[each] for each in raw.get("exclusions", ()) if each in said), source=raw["source"],
        grown=grown,
    )
