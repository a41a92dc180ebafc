"""Consent: the notice as data, and where each purpose stands for one child."""

from tongxin.core.consent.notice import MISSING, Gate, Notice, Purpose, read
from tongxin.core.consent.standing import (
    CHILD,
    GIVEN,
    GUARDIAN,
    NOT_NEEDED,
    OUT_OF_DATE,
    REFUSED,
    STAND_IN,
    WITHDRAWN,
    Decision,
    Standing,
    decisions,
    standings,
)

__all__ = [
    "CHILD", "GIVEN", "GUARDIAN", "MISSING", "NOT_NEEDED", "OUT_OF_DATE", "REFUSED", "STAND_IN", "WITHDRAWN",
    "Decision", "Gate", "Notice", "Purpose", "Standing", "decisions", "read", "standings",
]
