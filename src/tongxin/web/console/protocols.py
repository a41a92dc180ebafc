"""The library of protocols: what each is, for whom, who may deliver it, what rules it out, where it comes from."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import path

from tongxin.flows.counselling import protocols_in
from tongxin.web.console.options import region_of_viewer, words_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SPANS = {"days": "每 {number} 天", "sessions": "每 {number} 次"}


@door("office.see_protocols")
def protocol_list(request: Request) -> HttpResponse:
    """The protocols in force at the viewer's place, step by step up the ladder."""
    region = region_of_viewer(request)
    content = protocols_in(region=region, at=request.at)
    said = {name: words_of(request, name, region=region) for name in (
        "course_recipient", "course_form", "course_provider", "course_qualification", "course_measure", "service_kind",
    )}
    ruled_out = {each["id"]: each["zh"] for each in content["exclusions"]}
    rows = [{**_row(each, said, ruled_out), "step": each["step"]} for each in content["protocols"]]
    return show(request, "console/protocols.html", {
        "means": content["means"], "source": content["source"],
        "steps": [
            {**step, "protocols": [each for each in rows if each["step"] == step["id"]]} for step in content["steps"]
        ],
    })


def _row(
    protocol: Mapping[str, Any], said: Mapping[str, Mapping[str, str]], ruled_out: Mapping[str, str]
) -> dict[str, Any]:
    ages, minutes = protocol["ages"], sorted({each["minutes"] for each in protocol["sessions"]})
    group = protocol.get("group")
    out = [ruled_out[each] for each in protocol.get("exclusions", ())]
    if protocol.get("not_when"):
        out = ["危机或安全核实没有办完", *out]
    return {
        "id": protocol["id"], "zh": protocol["zh"], "whom": protocol["whom"],
        "ages_zh": f"{ages['from']} 岁以上" if ages["to"] > 90 else f"{ages['from']}–{ages['to']} 岁",
        "recipients_zh": _listed(protocol["recipients"], said["course_recipient"]),
        "forms_zh": _listed(protocol["forms"], said["course_form"])
        + (f"（团体 {group['least']}–{group['most']} 人，{group['leaders']} 人带）" if group else ""),
        "count_zh": f"{len(protocol['sessions'])} 次，每次 {'–'.join(map(str, minutes))} 分钟，"
        f"隔 {protocol['every']['days']} 天",
        "sessions": [each["zh"] for each in protocol["sessions"]],
        "by_zh": _listed(protocol["by"], said["course_provider"]),
        "qualified_zh": _listed(protocol["qualifications"], said["course_qualification"]),
        "training": protocol["training"],
        "supervised_zh": f"临床督导，每 {protocol['supervised']['every']['days']} 天一次",
        "ruled_out": out,
        "measures_zh": "；".join(
            f"{said['course_measure'].get(each['id'], '')} {SPANS[unit].format(number=number)}"
            for each in protocol.get("measures", ()) for unit, number in each["every"].items()
        ),
        **{name: protocol[name] for name in ("source", "licence", "limits")},
    }


def _listed(codes: list[str], said: Mapping[str, str]) -> str:
    return "、".join(said.get(each, "") for each in codes)


urlpatterns = [path("protocols/", protocol_list)]
