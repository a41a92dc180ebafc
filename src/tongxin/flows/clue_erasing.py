"""Clues about a child who is erased: their keys go too; what stays says that somebody told something, and when."""

from collections.abc import Iterator

from tongxin.clues.models import Clue, Picture
from tongxin.people.models import Child
from tongxin.vault import Owner


def owners_of(child: Child) -> Iterator[Owner]:
    """The keys of the clues that were found to be about a child."""
    for clue in Clue.objects.filter(child_id=child.id).order_by("id"):
        yield clue.key_owner


def strip(child: Child) -> int:
    """How many pictures went; the clues keep their figures, and whose they were is forgotten."""
    rows = Clue.objects.filter(child_id=child.id)
    gone = Picture.objects.filter(clue__in=rows.values("id")).delete()[0]
    rows.update(words=None, reporter=None, clear={}, code_digest="")
    return gone
