"""What happens to a round is a fact on its own record."""

from datetime import datetime

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.screening.models import Round
from tongxin.vault import Owner


def note(kind: str, round: Round, actor: Viewer, at: datetime, **clear: str) -> None:
    """Put it on the round's record; codes only."""
    ledger.record(kind=kind, subject=Owner("round", round.id), actor=actor, at=at, is_fact=True, clear=clear)
