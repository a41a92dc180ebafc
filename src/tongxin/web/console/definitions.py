"""The rules in force as practitioners read them: what each says, since when, on what ground, where it differs."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core import instruments
from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.flows.amending import WRITE
from tongxin.lib import definitions as files
from tongxin.lib import places
from tongxin.rulebook import rules
from tongxin.rulebook.models import DefinitionVersion
from tongxin.rulebook.rules import Resolved
from tongxin.web.console import definition_instrument as instrument
from tongxin.web.console import definition_rules
from tongxin.web.console.definition_words import KINDS, Table, tables_of
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
        here = rules.resolve(kind, name, region=place, at=request.at)
        nation = rules.resolve(kind, name, region="", at=request.at)
    except rules.NotAdopted:
        raise Http404 from None
    content, read = here.content, _instrument(kind, here)
    on = request.at.astimezone(CHINA).date()
    tables = _tables(request, kind, name, here, place)
    ours = _tables(request, kind, name, nation, "") if place else tables
    may_write = kind == "forms" and access.may_do(viewer=request.viewer, action=WRITE, at=request.at)
    return show(request, "console/definition.html", {
        "zh": str(content.get("zh") or KINDS[kind]), "kind_zh": KINDS[kind], "version": _version(content),
        "source": str(content.get("source", "")), "means": str(content.get("means", "")),
        "licence": "" if read else str(content.get("licence", "")),
        "tables": [_marked(table, ours) for table in tables],
        "may_write": may_write, "id": name,
        "facts": instrument.facts_of(read, dict(rules.access_rules(at=request.at).roles), on=on) if read else [],
        "is_unproven": read is not None and not read.validated,
        "hides_items": read is not None and not _may_read(request, read),
        "lacks_licence": read is not None and not read.may_be_shown(on), "cases": _cases(kind, name, place),
        "places": [
            {"url": f"?region={each}", "zh": _place_zh(each), "is_current": each == place} for each in regions
        ] if len(regions) > 1 else [],
    })


def _tables(request: Request, kind: str, name: str, resolved: Resolved, place: str) -> list[Table]:
    """What a definition says; an instrument's questions only for who may read them."""
    read, content = _instrument(kind, resolved), resolved.content
    if read is not None:
        on = request.at.astimezone(CHINA).date()
        return instrument.tables_of(read, may_read_items=_may_read(request, read), on=on)
    ruled = definition_rules.tables_of(kind, name, content, region=place, at=request.at)
    return ruled or tables_of(kind, content, dict(rules.access_rules(at=request.at).roles))


def _instrument(kind: str, resolved: Resolved) -> Instrument | None:
    return rules.read(instruments.read, resolved) if kind == "instruments" else None


def _may_read(request: Request, read: Instrument) -> bool:
    return bool(request.viewer.roles & set(read.roles.get("read_items", ())))


def _version(content: Any) -> date | None:
    """The day by which a version is called."""
    try:
        return date.fromisoformat(str(content.get("version", "")))
    except ValueError:
        return None


def _marked(table: dict[str, Any], nation: list[dict[str, Any]]) -> dict[str, Any]:
    """The table with the rows marked that read otherwise than the nation's."""
    same = {tuple(row) for other in nation if other["zh"] == table["zh"] for row in other["rows"]}
    return {**table, "rows": [
        {"cells": list(zip(table["head"], row, strict=True)), "differs": tuple(row) not in same}
        for row in table["rows"]
    ]}


def _cases(kind: str, name: str, region: str) -> list[str]:
    """The names of the example cases that are run whenever the rules are checked."""
    return list(_names_of_cases(places.definitions_folder(), kind, name, region))


@lru_cache(maxsize=256)
def _names_of_cases(folder: Path, kind: str, name: str, region: str) -> tuple[str, ...]:
    """Read once: the files beside a running installation don't change, an upgrade starts it anew."""
    try:
        found = files.load_cases(folder, kind, name, region=region)
    except files.DefinitionFault:
        return ()
    rows = found.content.get("cases", ()) if found else ()
    return tuple(str(each["name"]) for each in rows if isinstance(each, dict) and "name" in each)[:MOST_CASES]


def _place_zh(region: str) -> str:
    if not region:
        return "全国"
    code = region if region[4:] != "00" else region[:4] if region[2:4] != "00" else region[:2]
    return Division.objects.filter(code=code).values_list("name", flat=True).first() or region
