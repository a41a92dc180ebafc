"""What a page of the child or of the tablet sends."""

import json
from typing import Any

from tongxin.web.doors import Request, body_of


def sent_in(request: Request) -> dict[str, Any]:
    """The object that was sent; empty when it is none."""
    try:
        found = json.loads(body_of(request) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
