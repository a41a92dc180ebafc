"""Whether long work that somebody waits for has been cut short."""

from datetime import datetime, timedelta

# Long work says every few rows that it lives; what has said nothing for so long may be begun again.
STALLED_AFTER = timedelta(minutes=2)


def is_stalled(since: datetime | None, *, at: datetime) -> bool:
    """Whether work that gave its last sign of life at a moment must have been cut short; never what hasn't begun."""
    return since is not None and at - since > STALLED_AFTER
