"""What the definition says of second factors, idle browsers and accounts that nobody uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.accounts.models import Person

# What held before the definition said anything of it.
BEFORE: Mapping[str, Any] = {
    "second_factor": {"required": [], "grace": {"days": 30}, "remind": {"days": 7}, "within": {"minutes": 5}},
    "idle": {"locked_after": {"minutes": 30}, "sooner": {}, "ended_after": {"hours": 4}},
    "unused": {"days": 90}, "many_at_once": 3, "password": {"shortest": {"value": 12}},
    "refusals": {"kept": {"days": 183}},
}


@dataclass(frozen=True, slots=True)
class EntranceRules:
    """Who needs a second factor and from when, how long a browser may rest, when an account is unused."""

    required: frozenset[str]
    grace: timedelta
    remind: timedelta
    within: timedelta
    locked_after: timedelta
    sooner: Mapping[str, timedelta]
    ended_after: timedelta
    unused: timedelta
    many_at_once: int
    shortest: int
    refusals_kept: timedelta

    def requires(self, roles: Iterable[str]) -> bool:
        """Whether one of these roles needs a second factor."""
        return not self.required.isdisjoint(roles)

    def due_at(self, person: Person) -> datetime | None:
        """Until when somebody may come in without one; None while nobody has asked yet."""
        return person.factor_asked_at + self.grace if person.factor_asked_at else None

    def rest(self, roles: Iterable[str]) -> timedelta:
        """How long a browser of these roles may rest before it locks."""
        return min([self.locked_after, *(self.sooner[role] for role in roles if role in self.sooner)])


def read(content: Mapping[str, Any]) -> EntranceRules:
    """The rules that a definition states; an older one that says nothing leaves things as they were."""
    found = {name: content.get(name, said) for name, said in BEFORE.items()}
    factor, idle = found["second_factor"], found["idle"]
    spans = {name: timedelta(**factor[name]) for name in ("grace", "remind", "within")}
    return EntranceRules(
        required=frozenset(factor["required"]), **spans, locked_after=timedelta(**idle["locked_after"]),
        sooner={role: timedelta(**span) for role, span in idle["sooner"].items()},
        ended_after=timedelta(**idle["ended_after"]), unused=timedelta(**found["unused"]),
        many_at_once=int(found["many_at_once"]), shortest=int(found["password"]["shortest"]["value"]),
        refusals_kept=timedelta(**found["refusals"]["kept"]),
    )
