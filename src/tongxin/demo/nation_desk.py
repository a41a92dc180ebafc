"""The nation's desk in a demonstration: somebody at the ministry who sees figures down to the village, and no child."""

from datetime import datetime

from tongxin.accounts import county as counties
from tongxin.accounts import nation
from tongxin.accounts.viewers import WORKER
from tongxin.demo.logins import let_in

LOGIN, NAME = "nation", "安若水"


def open_desk(*, at: datetime) -> dict[str, str]:
    """A post above all provinces with its holder; the login with its password."""
    post = nation.open_desk(actor=WORKER, at=at)
    counties.fill(holders=[(post, LOGIN, NAME)], at=at)
    return let_in(post, LOGIN, at=at)
