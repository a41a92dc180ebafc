"""The addresses of the API, made of its operations."""

from django.http import HttpResponse, JsonResponse
from django.urls import URLPattern, path

from tongxin.web.api import clues, deliveries, fhir, figures, referrals
from tongxin.web.api.answering import view_of
from tongxin.web.api.document import document
from tongxin.web.api.operations import Operation
from tongxin.web.doors import Request, door

OPERATIONS: tuple[Operation, ...] = (
    *referrals.OPERATIONS, *clues.OPERATIONS, *deliveries.OPERATIONS, *figures.OPERATIONS, *fhir.OPERATIONS,
)


@door("public")
def openapi(request: Request) -> HttpResponse:
    """What the API takes and gives: nothing about anybody."""
    return JsonResponse(dict(document(OPERATIONS, at=request.at)), json_dumps_params={"ensure_ascii": False})


def _patterns() -> list[URLPattern]:
    by_path: dict[str, dict[str, Operation]] = {}
    for each in OPERATIONS:
        by_path.setdefault(each.path, {})[each.method] = each
    return [path(f"api/v1/{address}", view_of(operations)) for address, operations in by_path.items()]


urlpatterns: list[URLPattern] = [path("api/openapi.json", openapi), *_patterns()]
