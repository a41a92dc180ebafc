"""What a county allows of blind comparisons (definitions/blind/blind.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rules:
    """`longest` rows a list may have; lists are filled up to a multiple of `filled_to`; a session lives `days`.

    A list of fewer than `shortest_list` children would be a question after single ones.
    """

    longest: int
    filled_to: int
    days: int
    shortest_list: int

    @property
    def longest_letter(self) -> int:
        """How many points the longest list has once it is filled up."""
        return -(-self.longest // self.filled_to) * self.filled_to

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "Rules":
        """The rules as a definition writes them."""
        return cls(
            longest=content["longest"], filled_to=content["filled_to"], days=content["days"],
            shortest_list=content["shortest_list"],
        )
