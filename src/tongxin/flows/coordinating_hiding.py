"""Words without whom they are about: what the file knows and what looks like a name or a number is hidden."""

from collections.abc import Mapping
from datetime import datetime

from tongxin.core import scrubbing
from tongxin.core.scrubbing import Known
from tongxin.flows.scrubbing import find, known_of, rules_at
from tongxin.people.models import Child
from tongxin.rulebook import rules


def hidden(words: Mapping[str, str], *, child: Child | None, at: datetime) -> tuple[dict[str, str], int]:
    """The words with a mark in place of everything that could tell who it is, and how many places were hidden."""
    region = rules.region_of(child.county_id) if child is not None else ""
    found = rules_at(at, region=region)
    known = known_of(child, at=at) if child is not None else Known()
    shown, many = {}, 0
    for name, text in words.items():
        places = find(text, known=known, rules=found)
        shown[name] = scrubbing.masked(text, places, rules=found)
        many += len(places)
    return shown, many
