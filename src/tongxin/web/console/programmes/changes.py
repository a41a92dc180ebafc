"""The two changes of a running programme: a contract ended early, a budget changed."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.flows.programmes import changing
from tongxin.web import new_ids
from tongxin.web.console.attempts import tried
from tongxin.web.console.programmes.home import HOME
from tongxin.web.doors import Request, door


@door("office.keep_programmes", methods=("POST",))
def end(request: Request, contract_id: UUID) -> HttpResponse:
    """A contract ends before its last day."""
    return tried(request, lambda: changing.end(
        contract_id=contract_id, ended_on=request.POST.get("ended_on", ""), reason=request.POST.get("end_reason", ""),
        actor=request.viewer, at=request.at,
    ), done=_("已登记提前结束。做到那天的照样可以数、验收。"), to=f"{HOME}contracts/{contract_id}/")


@door("office.keep_programmes", methods=("POST",))
def change_budget(request: Request, programme_id: UUID) -> HttpResponse:
    """A purpose of the budget gets another amount."""
    return tried(request, lambda: changing.change_budget(
        programme_id=programme_id, change_id=new_ids.given_id(request, "change"),
        purpose=request.POST.get("change_purpose", ""), amount=request.POST.get("change_amount", ""),
        reason=request.POST.get("change_reason", ""), sure=request.POST.get("sure", ""), actor=request.viewer,
        at=request.at,
    ), done=_("预算已改，原来的留着。"), to=f"{HOME}{programme_id}/")


urlpatterns: list[URLPattern] = [
    path("programmes/contracts/<uuid:contract_id>/end/", end),
    path("programmes/<uuid:programme_id>/budget/", change_budget),
]
