"""The ledger: how far it is sealed, what its signature proves, and a check of all of it on demand."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse

from tongxin import ledger
from tongxin.access import scope
from tongxin.ledger import heads
from tongxin.lib import places
from tongxin.lib.faults import Fault
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HEADS = 10
FOUND = 50


@door("office.see_ledger")
def ledger_page(request: Request) -> HttpResponse:
    """The newest heads and the tail that waits for its seal."""
    return _page(request, None)


@door("office.see_ledger", methods=("POST",))
def check_ledger(request: Request) -> HttpResponse:
    """The same after every batch was checked now."""
    exported = places.heads_folder() / "head.json"
    try:
        # Behind the second wall a row that the viewer can't see would be told of as removed.
        with scope.widened():
            report = ledger.verify(saved=ledger.read_head(exported) if exported.exists() else None)
    except Fault as fault:
        return _page(request, {"state": "failed", "zh": str(fault)})
    return _page(request, {
        "state": "sound" if report.is_sound else "broken", "at": request.at, "batches": report.batches,
        "rows": report.rows, "against_saved": exported.exists(), "many": len(report.findings),
        "findings": [finding.zh() for finding in report.findings[:FOUND]],
    })


def _page(request: Request, checked: dict[str, Any] | None) -> HttpResponse:
    newest = [_head(each) for each in heads.seals(f"ORDER BY batch DESC LIMIT {HEADS}")]
    with scope.widened():
        tail = ledger.unsealed()
    return show(request, "console/ledger.html", {
        "heads": newest, "head": newest[0] if newest else None, "tail": tail, "checked": checked,
    })


def _head(head: heads.Head) -> dict[str, Any]:
    sealed_at = datetime.fromisoformat(str(head.sealed_at)).replace(tzinfo=UTC)
    return {
        "batch": head.batch, "first": head.first, "last": head.last, "count": head.last - head.first + 1,
        "mark": head.root[:16], "sealed_at": sealed_at, "is_signed": heads.is_signed(head),
    }
