"""Clues about a child who is erased and what was asked for that child: their keys go too; that it was told stays."""

from collections.abc import Iterator

from django.db.models import QuerySet

from tongxin.clues.models import Clue, Picture, Step
from tongxin.people.models import Child
from tongxin.referrals.models import Ask
from tongxin.vault import Owner


def owners_of(child: Child) -> Iterator[Owner]:
    """The keys of the clues that were found to be about a child."""
    for ask in Ask.objects.filter(child_id=child.id).order_by("id"):
        yield ask.key_owner
    for clue in Clue.objects.filter(child_id=child.id).order_by("id"):
        yield clue.key_owner


def strip(child: Child) -> int:
    """How many pictures went; the clues keep their figures, and whose they were is forgotten."""
    Ask.objects.filter(child_id=child.id).update(words=None, answer=None)
    return strip_clues(Clue.objects.filter(child_id=child.id))


def strip_clues(rows: QuerySet[Clue]) -> int:
    """How many pictures went: of these clues stays what a figure counts."""
    gone = Picture.objects.filter(clue__in=rows.values("id")).delete()[0]
    Step.objects.filter(clue__in=rows.values("id")).update(words=None)
    rows.update(words=None, reporter=None, clear={}, code_digest="")
    return gone
