"""What scoring looks up again and again, worked out once for each instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongxin.core.instruments.definition import Alert, Instrument, Scale

KEPT = "prepared"


@dataclass(frozen=True, slots=True)
class Counted:
    """A scale with its items, and for each item what it counts: `base + sign × points`."""

    scale: Scale
    items: tuple[str, ...]
    turned: tuple[tuple[int, int], ...]
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """The instrument as look-ups: codes to points, answers to alarms, scales to sums."""

    codes: tuple[tuple[str, Mapping[object, int]], ...]
    known: frozenset[str]
    alarms: Mapping[str, Mapping[int, tuple[Alert, ...]]]
    plain: tuple[Counted, ...]
    composed: tuple[Scale, ...]
    conditional: bool
    by_age: bool
    expected: tuple[str, ...]


def prepared(instrument: Instrument) -> Prepared:
    """The look-ups of `instrument`, kept with it."""
    kept: Prepared | None = instrument.__dict__.get(KEPT)
    if kept is None:
        kept = instrument.__dict__[KEPT] = _prepare(instrument)
    return kept


def _prepare(instrument: Instrument) -> Prepared:
    return Prepared(
        codes=tuple((item.id, _codes(instrument, item.id)) for item in instrument.items),
        known=frozenset(instrument.by_id),
        alarms={item.id: _alarms(instrument, item.id) for item in instrument.items if item.critical},
        plain=tuple(_counted(scale, instrument) for scale in instrument.scales if not scale.parts),
        composed=tuple(scale for scale in instrument.scales if scale.parts),
        by_age=any(scale.ages for scale in instrument.scales),
        conditional=any(item.asked_if for item in instrument.items),
        expected=tuple(item.id for item in instrument.items if item.scored or item.critical),
    )


def _codes(instrument: Instrument, id: str) -> dict[object, int]:
    """Every way in which a code may come: as it is defined, or as text."""
    found: dict[object, int] = {}
    for option in instrument.item(id).options:
        found.setdefault(option.code, option.score)
        found.setdefault(str(option.code), option.score)
    return found


def _alarms(instrument: Instrument, id: str) -> dict[int, tuple[Alert, ...]]:
    item = instrument.item(id)
    return {
        points: tuple(Alert(each.alert, each.kind, id, each.zh) for each in item.critical if each.met(points))
        for points in {option.score for option in item.options}
    }


def _counted(scale: Scale, instrument: Instrument) -> Counted:
    items = [instrument.item(id) for id in scale.items]
    turned = tuple(
        (item.lowest + item.highest, -1) if item.id in scale.reversed else (0, 1) for item in items
    )
    is_plain = scale.max_missing == 0 and not scale.reversed and scale.method in ("sum", "sum_times")
    return Counted(scale, scale.items, turned, is_plain)
