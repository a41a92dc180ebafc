"""How the counties of a city work together, county by county: numbers without any name."""

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.flows import coordinating_counties
from tongxin.flows.coordinating_counties import County
from tongxin.web.console.coordination_blocks import Page, Rows, draw, there
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh


@door(f"office.{coordinating_counties.OVERSEE}")
def counties(request: Request) -> HttpResponse:
    """The counties of the viewer's city, those with something late first."""
    found = there(lambda: coordinating_counties.counties_of(request.viewer, at=request.at))
    late = [each for each in found if each.is_late]
    lead = _("有 %(number)s 个区县有逾期的事，排在前面；请它的牵头岗位先办。") % {"number": len(late)} if late else ""
    return draw(request, Page(_("各区县协同"), [
        Rows("", [_row(each) for each in found], empty=_("还没有区县"), next_zh=_("区划里还没有下级区县。"), lead=lead),
    ], lead=_("各区县的部门开了几次会、定了几件事、共享和比对到哪一步。只有数，没有孩子和家庭的姓名。")))


def _row(county: County) -> dict[str, Any]:
    met = day_zh(county.met_at) if county.met_at else ""
    return {
        "zh": county.name, "meta": [_("上次联席会议 %(day)s") % {"day": met} if met else _("还没有开过联席会议")],
        "gap": "、".join(each.zh for each in county.figures if each.is_late) + _("有逾期") if county.is_late else "",
        "lines": [{"zh": each.zh, "said": each.said} for each in county.figures],
    }


urlpatterns = [path("coordination/counties/", counties)]
