"""The rules in force as practitioners read them: what each says, since when, on what ground, where it differs."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.flows.amending import WRITE
from tongxin.lib import definitions as files
from tongxin.lib import places
from tongxin.rulebook import rules
from tongxin.rulebook.models import DefinitionVersion
from tongxin.web.console.definition_words import KINDS, tables_of
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

MOST_CASES = 40


@door("work")
def definition_list(request: Request) -> HttpResponse:
    """All definitions that people read, by kind."""
    region = region_of_viewer(request)
    groups = []
    for kind, zh in KINDS.items():
        rows = [row for name in rules.ids(kind) if (row := _row(kind, name, region, request.at))]
        if rows:
            groups.append({"id": kind, "zh": zh, "rows": rows})
    may_write = access.may_do(viewer=request.viewer, action=WRITE, at=request.at)
    return show(request, "console/definitions.html", {"groups": groups, "may_write": may_write})


def _row(kind: str, name: str, region: str, at: datetime) -> dict[str, Any] | None:
    """A definition's line; one that comes into force later has none yet."""
    try:
        content = rules.resolve(kind, name, region=region, at=at).content
    except rules.NotAdopted:
        return None
    return {
        "url": f"/definitions/{kind}/{name}/", "zh": str(content.get("zh") or KINDS[kind]),
        "version": str(content.get("version", "")),
    }


@door("work")
def definition_page(request: Request, kind: str, name: str) -> HttpResponse:
    """One definition, as it holds where the viewer works or in another place that changed it."""
    if kind not in KINDS or name not in rules.ids(kind):
        raise Http404
    regions = sorted(set(
        DefinitionVersion.objects.filter(kind=kind, definition_id=name).values_list("region", flat=True)
    ))
    asked = request.GET.get("region", region_of_viewer(request))
    place = asked if asked in regions else next(
        (each for each in (asked[:4] + "00", asked[:2] + "0000") if each in regions), ""
    )
    try:
        content = rules.resolve(kind, name, region=place, at=request.at).content
        nation = rules.resolve(kind, name, region="", at=request.at).content
    except rules.NotAdopted:
        raise Http404 from None
    roles = _roles(request, kind, content)
    tables, ours = tables_of(kind, content, roles), tables_of(kind, nation, roles)
    return show(request, "console/definition.html", {
        "zh": str(content.get("zh") or KINDS[kind]), "kind_zh": KINDS[kind], "version": str(content.get("version", "")),
        "source": str(content.get("source", "")), "means": str(content.get("means", "")),
        "licence": str(content.get("licence", "")), "tables": [_marked(table, ours) for table in tables],
        "may_write": kind == "forms" and access.may_do(viewer=request.viewer, action=WRITE, at=request.at), "id": name,
        "hides_items": kind == "instruments" and not roles, "cases": _cases(kind, name, place),
        "places": [
            {"url": f"?region={each}", "zh": _place_zh(each), "is_current": each == place} for each in regions
        ] if len(regions) > 1 else [],
    })


def _roles(request: Request, kind: str, content: Any) -> dict[str, str]:
    """Roles in words; none for an instrument whose questions the viewer's roles may not read."""
    names = dict(rules.access_rules(at=request.at).roles)
    if kind == "instruments" and not request.viewer.roles & set(content.get("roles", {}).get("read_items", ())):
        return {}
    return names


def _marked(table: dict[str, Any], nation: list[dict[str, Any]]) -> dict[str, Any]:
    """The table with the rows marked that read otherwise than the nation's."""
    same = {tuple(row) for other in nation if other["zh"] == table["zh"] for row in other["rows"]}
    return {**table, "rows": [{"cells": row, "differs": tuple(row) not in same} for row in table["rows"]]}


def _cases(kind: str, name: str, region: str) -> list[str]:
    """The names of the example cases that are run whenever the rules are checked."""
    try:
        found = files.load_cases(places.definitions_folder(), kind, name, region=region)
    except files.DefinitionFault:
        return []
    rows = found.content.get("cases", ()) if found else ()
    return [str(each["name"]) for each in rows if isinstance(each, dict) and "name" in each][:MOST_CASES]


def _place_zh(region: str) -> str:
    if not region:
        return "全国"
    code = region if region[4:] != "00" else region[:4] if region[2:4] != "00" else region[:2]
    return Division.objects.filter(code=code).values_list("name", flat=True).first() or region
