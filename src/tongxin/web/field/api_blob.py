"""A piece of a photo, a recording or a signature."""

from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse

from tongxin.flows import arriving_blobs
from tongxin.flows.arriving_blobs import TOO_LARGE, NotReceived, Part
from tongxin.lib.ids import id_in
from tongxin.web.field.api import NOT_READ, Phone, answer, by_phone


@by_phone(also=("revoked", "wipe"), reads_json=False)
def blob(request: Phone, blob_id: UUID) -> HttpResponse:
    """How much of the file is there now, and whether it is whole."""
    part = _part(request, blob_id)
    if isinstance(part, HttpResponse):
        return part
    try:
        found = arriving_blobs.receive(part, device=request.device, at=request.at)
    except NotReceived as no:
        return answer(request, {"received": no.received, "zh": no.zh}, status=no.status)
    told = {"received": found.received, "is_whole": found.received == found.total}
    return answer(request, told | ({"zh": found.problem} if found.problem else {}))


def _part(request: Phone, blob_id: UUID) -> Part | HttpResponse:
    numbers = [request.GET.get(name, "") for name in ("offset", "total")]
    entry_id = id_in(request.GET.get("entry", ""))
    if entry_id is None or not all(each.isascii() and each.isdecimal() and len(each) < 12 for each in numbers):
        return answer(request, {"zh": NOT_READ}, status=400)
    try:
        content = request.body
    except RequestDataTooBig:
        return answer(request, {"zh": TOO_LARGE, "received": 0}, status=413)
    offset, total = map(int, numbers)
    return Part(blob_id, entry_id, request.GET.get("kind", ""), offset, total, content)
