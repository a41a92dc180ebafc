"""The signed answer to a file that was received: taken over, or returned and why; nothing of the child stands in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.core.pathway import CHINA
from tongxin.instances import letters

ACCEPTED, RETURNED = "accepted", "returned"
OUTCOMES = (ACCEPTED, RETURNED)


def written(
    *, sending_id: UUID, digest: str, outcome: str, reason_zh: str, office: str, at: datetime, to: str
) -> str:
    """The receipt for the installation whose sealing key is `to`; `digest` names the very file that was received."""
    said: dict[str, Any] = {
        "sending": str(sending_id), "digest": digest, "outcome": outcome, "reason_zh": reason_zh, "office": office,
        "at": at.astimezone(CHINA).isoformat(),
    }
    return letters.plain(letters.RECEIPT, said, to=to).decode()
