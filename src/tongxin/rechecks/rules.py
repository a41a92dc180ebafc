"""What `definitions/rechecks` says: how many visits are asked about again, which sooner, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import shipped

KIND = "rechecks"
# What versions adopted before said nothing of.
SINCE = ("draw_from", "climb")
AGREED, DIFFERS, UNREACHED = "agreed", "differs", "unreached"


@dataclass(frozen=True, slots=True)
class RecheckRules:
    """The rules of a county."""

    means: str
    kind: str
    of: timedelta
    share: int
    least: int
    most: int
    within: timedelta
    tries: int
    weights: Mapping[str, int]
    back: timedelta
    ask: tuple[str, ...]
    results: Mapping[str, str]
    fields: tuple[Field, ...]
    # From which hour of a Monday a week is drawn by itself; how long until a late one goes further up.
    draw_from: int
    climb: Mapping[str, int]


def rechecks_in(*, region: str, at: datetime) -> RecheckRules:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at, since=SINCE)


def _read(content: Mapping[str, Any]) -> RecheckRules:
    results = words_of(content["results"])
    return RecheckRules(
        means=content["means"], kind=content["kind"], of=timedelta(**content["of"]), share=content["share"],
        least=content["least"], most=content["most"], within=timedelta(**content["within"]), tries=content["tries"],
        weights=content["weights"], back=timedelta(**content["back"]), ask=tuple(content["ask"]), results=results,
        fields=fields_in(content["fields"], {"results": results}),
        draw_from=int(content["draw_from"]), climb=content["climb"],
    )
