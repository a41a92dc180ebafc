"""What `definitions/roster/settling.yaml` says of the time after an import."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tongxin.lib import places, strict_yaml

NAME = "roster/settling.yaml"


@dataclass(frozen=True, slots=True)
class Settling:
    """Until when held rows are due and by whom, how long an original is kept, what is imported at once."""

    held: Mapping[str, int]
    original: Mapping[str, int]
    owners: tuple[str, ...]
    at_once: int


@lru_cache(maxsize=1)
def settling() -> Settling:
    """The rules in force."""
    content = strict_yaml.load(places.definitions_folder() / NAME, name=f"definitions/{NAME}").content
    return Settling(
        held=content["held"], original=content["original"], owners=tuple(content["owners"]),
        at_once=int(content["at_once"]),
    )
