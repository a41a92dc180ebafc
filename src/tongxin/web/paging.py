"""Long lists in pages: nothing that waits is cut off, whatever lies above it."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from tongxin.lib.numbers import number_in

T = TypeVar("T", bound=Model)
SIZE, MOST_PAGES = 100, 100_000


def paged(
    request: HttpRequest, rows: QuerySet[T], *, name: str = "page", size: int = SIZE, unit: str = "项"
) -> tuple[list[T], dict[str, str]]:
    """One page of ordered rows, and what `parts/_pager.html` shows; `name` is the page's place in the address."""
    number = max(number_in(request.GET.get(name, ""), most=MOST_PAGES) or 1, 1)
    since = (number - 1) * size
    found = list(rows[since : since + size + 1])
    shown = found[:size]
    return shown, {
        "first_url": _url(request, name, "") if number > 1 else "",
        "next_url": _url(request, name, str(number + 1)) if found[size:] else "",
        "shown_zh": f"本页 {len(shown)} {unit}",
    }


def _url(request: HttpRequest, name: str, page: str) -> str:
    asked = request.GET.copy()
    asked.pop(name, None)
    if page:
        asked[name] = page
    return f"{request.path}?{asked.urlencode()}"
