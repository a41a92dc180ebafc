"""Where a number leads: the list of the children behind it, for whoever may open that list."""

from collections.abc import Mapping
from urllib.parse import urlencode

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.indicators import Indicator
from tongxin.web.console.dashboards.asked import Asked
from tongxin.web.doors import Request

CHILDREN = "/children/"
LATE = ("roster", {"only": "late"}, "看逾期的孩子")
# By indicator: the part of the file that the list tells of, its filters, and what the link says.
LISTS: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "children_open": ("roster", {}, "看名单"), "steps_overdue": LATE, "children_overdue": LATE, "children_late": LATE,
    "identified_share": ("identification", {"stage": "registered"}, "看还没识别的"),
    "crisis_open": ("crisis", {"only": "crisis"}, "看正在处置的"),
}
# By indicator that falls into codes: the part and the filter that takes the code.
BY_CODE: Mapping[str, tuple[str, str]] = {
    "children_by_grade": ("psychological", "level"), "children_by_category": ("roster", "category"),
    "children_by_stage": ("identification", "stage"),
}


class Lists:
    """The lists of one page: how it is now, at the page's place."""

    def __init__(self, request: Request, asked: Asked) -> None:
        self._request = request
        # A list says how it is now: of a year that is over there is none.
        is_now = asked.year == asked.today.year
        self._place = Division.objects.filter(code=asked.place.code).order_by("id").last() if is_now else None

    def of(self, indicator: Indicator) -> dict[str, str]:
        """The address and the words of the list behind a number; empty where there is none for the viewer."""
        part, query, zh = LISTS.get(indicator.id, ("", {}, ""))
        url = self._url(part, query)
        return {"list": url, "list_zh": zh} if url else {"list": "", "list_zh": ""}

    def of_code(self, indicator: Indicator, code: str) -> str:
        """The address of the list of those with one code."""
        part, name = BY_CODE.get(indicator.id, ("", ""))
        return self._url(part, {name: code})

    def _url(self, part: str, query: Mapping[str, str]) -> str:
        if not part or self._place is None or not access.reads(
            viewer=self._request.viewer, part=part, at=self._request.at
        ) or not access.reads(viewer=self._request.viewer, part="roster", at=self._request.at):
            return ""
        return f"{CHILDREN}?{urlencode({'place': self._place.id, **query})}"
