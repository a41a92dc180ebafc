"""One moment in which somebody fills in a form about one child."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tongxin.core.pathway import CHINA
from tongxin.demo.lives import Life, Todo
from tongxin.demo.words import Words

Answers = dict[str, Any]
# The questions that every form about a child's safety asks, answered as nearly always.
SAFE: Mapping[str, str] = dict.fromkeys(
    ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat"), "no"
)


@dataclass(slots=True)
class Scene:
    """Who writes, when, about whom, and why now."""

    life: Life
    at: datetime
    name: str
    words: Words
    chance: Random
    todo: Todo | None = None
    bodies: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def say(self, bank: str, **slots: str) -> str:
        return self.words.say(bank, **self.life.slots, **slots)

    @property
    def today(self) -> str:
        return self.day(0)

    def day(self, ahead: int) -> str:
        return (self.at.astimezone(CHINA) + timedelta(days=ahead)).date().isoformat()

    def moment(self, minutes_ago: int = 0) -> str:
        return (self.at.astimezone(CHINA) - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M")

    @property
    def difficulty(self) -> int:
        return self.life.difficulty(self.at)

    @property
    def age(self) -> int:
        return self.life.age(self.at)

    def is_likely(self, share: float) -> bool:
        return self.chance.random() < share

    def mood(self, who: str) -> str:
        """What a child or a carer says, by how things are."""
        if self.difficulty == 0:
            mood = "better" if self.life.is_better(self.at) and self.is_likely(0.6) else "calm"
        else:
            mood = "light" if self.difficulty == 1 else "clear"
        return self.say(f"{who}_{mood}")
