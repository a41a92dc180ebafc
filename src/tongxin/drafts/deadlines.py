"""When somebody has to be told of an unfinished form, and when it is put away."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tongxin.drafts.models import FormDraft

REMIND, TELL_LINE, EXPIRE = "remind", "tell_line", "expire"
# How often a draft with a sign of danger was told of once its line has heard too.
LINE_TOLD = 2
Moments = tuple[tuple[datetime, str], ...]


def moments_of(draft: FormDraft, content: Mapping[str, Any]) -> Moments:
    """What is to happen with a draft that nobody touches, in its order.

    A sign of danger in it is never put away: its line is told instead.
    """
    if draft.danger_at is not None:
        danger = content["danger"]
        return (
            (draft.danger_at + _clock(danger["remind_after"]), REMIND),
            (draft.danger_at + _clock(danger["tell_line_after"]), TELL_LINE),
        )
    expires = expiry_of(draft, content)
    return (
        (draft.saved_at + timedelta(**content["remind_after"]), REMIND),
        (expires - timedelta(**content["warn_before"]), REMIND),
        (expires, EXPIRE),
    )


def expiry_of(draft: FormDraft, content: Mapping[str, Any]) -> datetime:
    """When a draft without a sign of danger is put away."""
    return draft.saved_at + timedelta(**content["expires_after"])


def _clock(raw: Mapping[str, Any]) -> timedelta:
    return timedelta(**{str(raw["unit"]): int(raw["value"])})
