"""Rules that a page can't do without: the adopted version, before that the one that came with the program."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tongxin.core.pathway import CHINA
from tongxin.lib import definitions, places
from tongxin.rulebook import rules


def content_in_force(kind: str, name: str, *, region: str = "", at: datetime) -> Mapping[str, Any]:
    """What holds now. After an upgrade nobody is kept out until the new rules have been read and adopted."""
    try:
        return rules.resolve(kind, name, region=region, at=at).content
    except rules.NotAdopted:
        return _shipped(kind, name, at.astimezone(CHINA).date())


@lru_cache(maxsize=8)
def _shipped(kind: str, name: str, on: date) -> Mapping[str, Any]:
    library = definitions.load_all(places.definitions_folder())
    return definitions.resolve(library, kind, name, regions=(), on=on).content
