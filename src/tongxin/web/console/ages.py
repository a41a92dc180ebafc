"""The form of a kind that is made for a child's age, and what a page says about it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.assessments.ages import form_for, others_of, years_on
from tongxin.assessments.forms import Asked
from tongxin.core.forms import Years
from tongxin.core.pathway import CHINA
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.doors import Request

EARLIER = "earlier"


def form_for_age(request: Request, child: Child, asked: Asked) -> str:
    """Where to go instead when a form isn't for the child's age today; empty to stay.

    A visit before the last birthday that limits a form may still be written down on the earlier one.
    """
    years = _years(request, child)
    if asked.form.ages is None or years is None or EARLIER in request.GET:
        return ""
    region = rules.region_of(child.county_id)
    fitting = form_for(form_id=asked.form.id, region=region, at=request.at, years=years)
    if fitting == asked.form.id:
        return ""
    if not fitting:
        messages.error(request, _("没有打开“%(form)s”：它用于 %(ages)s的儿童，这名儿童 %(years)s。请核对出生日期；"
                                  "已满十八周岁的，请办理结案。")
                       % {"form": asked.form.zh, "ages": asked.form.ages.zh, "years": years.zh})
        return f"/children/{child.id}/"
    query = {name: value for name, value in request.GET.items() if name != "shown"}
    return f"/children/{child.id}/forms/{fitting}/" + (f"?{urlencode(query)}" if query else "")


def age_notice(request: Request, child: Child, asked: Asked) -> dict[str, Any] | None:
    """A line above the form where another one may be meant: the age isn't known, or has just passed a limit."""
    ages, years = asked.form.ages, _years(request, child)
    if ages is None:
        return None
    near = None if years is None else Years(max(years.least - 1, 0), years.most)
    region = rules.region_of(child.county_id)
    others = others_of(form_id=asked.form.id, region=region, at=request.at, years=near)
    shown = [each for each in others if _may_record(request, child, each)]
    if not shown:
        return None
    words = _("年龄不详：请先问清年龄。本表用于 %(ages)s；另有") if years is None else _(
        "本表用于 %(ages)s。补录生日以前的，或生日就在本月的，请看清年龄，另有"
    )
    return {"zh": words % {"ages": ages.zh}, "others": [_link(request, child, each) for each in shown]}


def _years(request: Request, child: Child) -> Years | None:
    return years_on(child.birth_month, request.at.astimezone(CHINA).date())


def _may_record(request: Request, child: Child, form_id: str) -> bool:
    return access.may(
        viewer=request.viewer, child_id=child.id, part="", action=f"record.{form_id}", at=request.at
    )


def _link(request: Request, child: Child, form_id: str) -> dict[str, str]:
    content = rules.resolve("forms", form_id, region=rules.region_of(child.county_id), at=request.at).content
    return {"url": f"/children/{child.id}/forms/{form_id}/?{EARLIER}=1", "zh": str(content["zh"])}
