"""What `definitions/services` says: how services are listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.rulebook import shipped


@dataclass(frozen=True, slots=True)
class Directory:
    """How services are listed."""

    means: str
    kinds: Mapping[str, str]
    states: Mapping[str, str]
    suggested: tuple[str, ...]
    stale_after: timedelta
    ages: tuple[int, int]


def directory_in(*, region: str, at: datetime) -> Directory:
    """The rules of a county for its directory."""
    return shipped.read_in_force(_directory, "services", "services", region=region, at=at)


def _directory(content: Mapping[str, Any]) -> Directory:
    kinds, states = ({each["id"]: each["zh"] for each in content[key]} for key in ("kinds", "states"))
    return Directory(
        means=content["means"], kinds=kinds, states=states,
        suggested=tuple(each["id"] for each in content["states"] if each["suggests"]),
        stale_after=timedelta(**content["stale_after"]), ages=(content["ages"]["from"], content["ages"]["to"]),
    )
