"""Rules that a page can't do without: the adopted version, before that the one that came with the program."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from tongxin.core.pathway import CHINA
from tongxin.lib import definitions, places
from tongxin.rulebook import rules

Read = TypeVar("Read")


def content_in_force(kind: str, name: str, *, region: str = "", at: datetime) -> Mapping[str, Any]:
    """What holds now. After an upgrade nobody is kept out until the new rules have been read and adopted."""
    try:
        return rules.resolve(kind, name, region=region, at=at).content
    except rules.NotAdopted:
        return content_shipped(kind, name, at.astimezone(CHINA).date())


def read_in_force(
    read: Callable[[Mapping[str, Any]], Read], kind: str, name: str, *, region: str = "", at: datetime,
    since: Collection[str] = (),
) -> Read:
    """What holds now as an object: the adopted version, before that the one that came with the program.

    `since` are keys that versions adopted earlier lack: of those the words that came with the program hold.
    """
    on = at.astimezone(CHINA).date()
    try:
        found = rules.resolve(kind, name, region=region, at=at)
    except rules.NotAdopted:
        return read(content_shipped(kind, name, on))
    if lacking := [each for each in since if each not in found.content]:
        came = content_shipped(kind, name, on)
        return read({**found.content, **{each: came[each] for each in lacking}})
    return rules.read(read, found)


@lru_cache(maxsize=64)
def content_shipped(kind: str, name: str, on: date) -> Mapping[str, Any]:
    """What came with the program, as it holds on a day."""
    return definitions.resolve(_library(), kind, name, regions=(), on=on).content


@lru_cache(maxsize=1)
def _library() -> definitions.Library:
    return definitions.load_all(places.definitions_folder())
