"""The limits of the phones' sync, as the definition in force states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.lib.numbers import number_in
from tongxin.rulebook import rules
from tongxin.rulebook.shipped import content_in_force

SPANS = (
    "token", "grace", "clock", "oldest", "silent_after", "decide_within", "decide_danger_within", "told_for",
    "blob_kept",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how many and how large; who decides what was held."""

    token: timedelta
    grace: timedelta
    clock: timedelta
    oldest: timedelta
    silent_after: timedelta
    decide_within: timedelta
    decide_danger_within: timedelta
    told_for: timedelta
    blob_kept: timedelta
    batch: int
    batch_bytes: int
    children: int
    page: int
    entries: int
    blob_bytes: int
    piece_bytes: int
    oldest_app: str
    phone: Mapping[str, int]
    message: str
    decides: tuple[str, ...]
    owns: Mapping[str, tuple[str, ...]]
    # Of a value the codes from the safest down; and the codes that count at once, whatever the record says.
    # A version that was adopted before these were written has none.
    safer: Mapping[str, tuple[tuple[str, ...], ...]]
    stands_at_once: Mapping[str, tuple[str, ...]]
    aside_reasons: Mapping[str, str]


def version_of(app: str) -> tuple[int, ...]:
    """A program's version in numbers; what is none counts as the newest, for a hash says nothing of age."""
    parts = app.partition("+")[0].split(".")
    numbers = [number for part in parts if (number := number_in(part)) is not None]
    return tuple(numbers) if len(numbers) == len(parts) else (1 << 30,)


def limits_at(at: datetime) -> Limits:
    """The limits in force at a moment."""
    try:
        return rules.read(_read, rules.resolve("sync", "sync", at=at))
    except rules.NotAdopted:
        return _read(content_in_force("sync", "sync", at=at))


def _read(content: Mapping[str, Any]) -> Limits:
    return Limits(
        **{name: timedelta(**content[name]) for name in SPANS},
        batch=content["batch"], batch_bytes=content["batch_kilobytes"] * 1024, children=content["children"],
        page=content["page"], entries=content["entries"], blob_bytes=content["blob_kilobytes"] * 1024,
        piece_bytes=content["piece_kilobytes"] * 1024, oldest_app=str(content["oldest_app"]),
        phone=dict(content["phone"]), message=str(content.get("message", "")),
        decides=tuple(content["decides"]), owns={form: tuple(names) for form, names in content["owns"].items()},
        safer={name: tuple(tuple(codes) for codes in ranks) for name, ranks in content.get("safer", {}).items()},
        stands_at_once={name: tuple(codes) for name, codes in content.get("stands_at_once", {}).items()},
        aside_reasons={each["id"]: str(each["zh"]) for each in content["aside_reasons"]},
    )
