"""What can be read of rounds."""

from datetime import datetime

from tongxin import vault
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.screening.models import Round, SchoolClass


def class_names(round: Round, *, at: datetime, viewer: Viewer = WORKER) -> list[tuple[SchoolClass, str]]:
    """The classes of a round with their names, in the order of the list."""
    rows = list(round.classes.select_related("round").order_by("number"))
    names = vault.open([row.label for row in rows], viewer=viewer, purpose="screening", at=at, part="roster")
    return [(row, name or "") for row, name in zip(rows, names, strict=True)]
