"""What is lacking before something begins, said on the page where it is decided."""

from typing import Any

from tongxin.access import selectors as access
from tongxin.flows import registers
from tongxin.registers import impact
from tongxin.web.doors import Request


def gate_shown(request: Request, act: str, *, county_id: int | None) -> dict[str, Any] | None:
    """The warning or the refusal of a county without an impact assessment for something; nothing where it has one.

    `url`: where the assessment is written, for who may write it.
    """
    gate = impact.gate_without(act, county_id=county_id, at=request.at)
    if gate is None:
        return None
    keeps = access.may_do(viewer=request.viewer, action=registers.KEEP, at=request.at)
    url = f"/registers/impact/new/?topic={gate.activity}" if keeps else ""
    return {"zh": gate.zh, "refuses": gate.refuses, "url": url}
