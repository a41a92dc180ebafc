"""Trials of an amendment, kept beside it: when begun, how far, and what came out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from tongxin.rulebook.models import Amendment, Trial

__all__ = ["Trial", "begin", "drop", "end", "find", "newest", "went_on"]


def begin(*, id: UUID, amendment: Amendment, person: UUID, post: UUID, children: int, at: datetime) -> Trial:
    """A trial that has still to be run."""
    return Trial.objects.create(
        id=id, amendment_id=amendment.id, revision=amendment.revision, person_id=person,
        post_id=post, begun_at=at, children=children,
    )


def find(id: UUID) -> Trial:
    return Trial.objects.get(id=id)


def newest(amendment: Amendment) -> Trial | None:
    """The last trial of an amendment."""
    return Trial.objects.filter(amendment_id=amendment.id).order_by("-begun_at").first()


def went_on(trial: Trial, count: int) -> None:
    """Note that so many more files were read."""
    Trial.objects.filter(id=trial.id).update(done=F("done") + count)


def end(trial: Trial, *, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """Keep what came out."""
    Trial.objects.filter(id=trial.id).update(rows=list(rows), ended_at=at, done=trial.children)


def drop(trial: Trial) -> None:
    """Forget a trial of what nobody wants any more."""
    Trial.objects.filter(id=trial.id).delete()
