"""What the definitions of asking for a child and of the service directory must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
URGENT = ("yes", "no")


def check_asks(content: Content) -> None:
    """Nothing, when somebody may ask for a child by this; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=(*HEAD, "kinds", "fields", "answers", "spans", "refused"), optional=DATED
    )
    _named(content["kinds"], "kinds", ("form",))
    _named(content["refused"], "refused", ())
    check_fields(content["fields"], "fields", {})
    take.sequence(content["answers"], "answers")
    spans = take.mapping(content["spans"], "spans", required=URGENT)
    for each in URGENT:
        row = take.mapping(spans[each], f"spans.{each}", required=("answer", "carry", "climb"))
        for name in row:
            check_span(row[name], f"spans.{each}.{name}")


def check_services(content: Content) -> None:
    """Nothing, when services can be listed by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, "kinds", "states", "stale_after", "ages"), optional=DATED)
    _named(content["kinds"], "kinds", ())
    _named(content["states"], "states", ("suggests",))
    check_span(content["stale_after"], "stale_after")
    ages = take.mapping(content["ages"], "ages", required=("from", "to"))
    low = take.number(ages, "from", "ages", 0, low=0, high=100)
    take.number(ages, "to", "ages", 0, low=int(low or 0), high=100)


def _named(raw: object, path: str, more: tuple[str, ...]) -> None:
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh", *more))
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")


def check_span(raw: object, path: str) -> None:
    """A span of one unit."""
    span = take.mapping(raw, path, required=(), optional=("minutes", "hours", "days", "working_days"))
    take.number(span, next(iter(span), "hours"), path, 0, low=1)
