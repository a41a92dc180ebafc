"""What `definitions/workforce` says: who is asked about, which certificates count, how much one post takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.lib.numbers import day_in
from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

KIND = "workforce"
REFUSE = "refuse"
OTHERWISE = "otherwise"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CheckRule:
    """The yearly question about a criminal record."""

    zh: str
    valid: timedelta
    remind_before: timedelta
    start_within: timedelta
    required_from: date | None
    roles: frozenset[str]
    results: Words
    fields: tuple[Field, ...]
    # How many different people lift a found record, each by a later question that came to nothing.
    lifted_by: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """A kind of qualification: which roles ask for it, and how long it holds where the certificate doesn't say."""

    id: str
    zh: str
    roles: frozenset[str]
    valid: timedelta | None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many points a post of a role takes, and whether more is refused or asks for a reason."""

    points: int
    refuses: bool


@dataclass(frozen=True, slots=True)
class Target:
    """How many people with one of some qualifications a county should have."""

    id: str
    zh: str
    qualifications: frozenset[str]
    number: int


@dataclass(frozen=True, slots=True)
class Need:
    """Whom a team needs at least once: a role, or somebody from the list of companions."""

    id: str
    zh: str
    roles: frozenset[str]
    companions: bool


@dataclass(frozen=True, slots=True)
class TeamKind:
    """A kind of team with those it needs."""

    id: str
    zh: str
    means: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Workforce:
    """The rules of a county."""

    means: str
    source: str
    check: CheckRule
    certificates: Mapping[str, Certificate]
    asked: tuple[Field, ...]
    remind_before: timedelta
    refusals: Words
    weights: Mapping[str, int]
    ceilings: Mapping[str, Ceiling]
    reason_at_least: int
    stand_ins_proposed: int
    leave_listed_for: timedelta
    targets: tuple[Target, ...]
    teams: Mapping[str, TeamKind]

    def weight(self, level: str) -> int:
        """How much an open case of a level weighs."""
        return self.weights.get(level, self.weights[OTHERWISE])

    def wanted_of(self, role: str) -> frozenset[str]:
        """The qualifications of which a post of a role asks for one; empty where it asks for none."""
        return frozenset(each.id for each in self.certificates.values() if role in each.roles)


def workforce_in(*, region: str, at: datetime) -> Workforce:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> Workforce:
    check, load = content["check"], content["caseload"]
    lists = {"results": words_of(check["results"]), "qualifications": words_of(content["qualifications"])}
    return Workforce(
        means=content["means"], source=content["source"], check=CheckRule(
            zh=check["zh"], valid=timedelta(**check["valid"]), remind_before=timedelta(**check["remind_before"]),
            start_within=timedelta(**check["start_within"]), required_from=day_in(str(check.get("required_from", ""))),
            roles=frozenset(check["roles"]), results=lists["results"], fields=fields_in(check["fields"], lists),
            lifted_by=int(check["lifted_by"]),
        ),
        certificates={each["id"]: _certificate(each) for each in content["qualifications"]},
        asked=fields_in(content["qualification"], lists), remind_before=timedelta(**content["remind_before"]),
        refusals=words_of(content["refusals"]), weights={key: int(value) for key, value in load["weights"].items()},
        ceilings={each["role"]: Ceiling(int(each["points"]), each["over"] == REFUSE) for each in load["ceilings"]},
        reason_at_least=int(load["reason_at_least"]), stand_ins_proposed=int(content["leave"]["proposed"]),
        leave_listed_for=timedelta(**content["leave"]["listed_for"]),
        targets=tuple(
            Target(each["id"], each["zh"], frozenset(each["qualifications"]), int(each["number"]))
            for each in content["targets"]
        ),
        teams={each["id"]: _team(each) for each in content["teams"]},
    )


def _certificate(raw: Mapping[str, Any]) -> Certificate:
    valid = timedelta(**raw["valid"]) if "valid" in raw else None
    return Certificate(raw["id"], raw["zh"], frozenset(raw.get("for", ())), valid)


def _team(raw: Mapping[str, Any]) -> TeamKind:
    needs = tuple(
        Need(each["id"], each["zh"], frozenset(each.get("roles", ())), bool(each.get("companions")))
        for each in raw["needs"]
    )
    return TeamKind(raw["id"], raw["zh"], raw["means"], needs)
