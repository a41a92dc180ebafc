"""Keys by which a register finds who is being entered, before a second file is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongxin.linkage.blocking import keys_of
from tongxin.linkage.features import features_of
from tongxin.linkage.record import Record, record_of
from tongxin.linkage.rules import Rules, rules_in_force


def search_keys(record: Record | Mapping[str, Any], rules: Rules | None = None) -> tuple[str, ...]:
    """The record's keys as text, such as `name_sound+birth|id_birth=liming+20170921`, to be kept only as keyed digests.

    Two records of one child share at least one, as `compare` would look at the pair.
    """
    rules = rules or rules_in_force()
    features = features_of(record_of({"key": "-", **record} if isinstance(record, Mapping) else record))
    found = [
        f"{'+'.join('|'.join(part) for part in parts)}={'+'.join(map(str, key))}"
        for parts in rules.keys
        for key in keys_of(features, parts)
    ]
    return tuple(dict.fromkeys(found))
