"""Adopting definitions: every version stays, and the adoption itself is a fact (spine B1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.lib import definition_checks, definitions, places
from tongxin.lib.definitions import Library
from tongxin.lib.faults import Fault
from tongxin.rulebook.kept import kept_overlays
from tongxin.rulebook.models import DefinitionVersion
from tongxin.vault import Owner

RULEBOOK = Owner("rulebook", UUID(int=1))


@dataclass(frozen=True, slots=True)
class Fresh:
    """A version that is not in force yet, resolved for its region."""

    hash: str
    kind: str
    id: str
    region: str
    valid_from: date
    content: dict[str, Any]
    source: str


def adopt_folder(*, actor: Viewer, at: datetime, may_go_back: bool = False) -> int:
    """Adopt everything in the definitions folder; refuses the whole folder when one file is at fault.

    A content that was replaced here before is put back only when that is wanted.
    """
    report = definition_checks.check(places.definitions_folder(), more=kept_overlays())
    if report.faults:
        raise Fault(f"规则有 {len(report.faults)} 处错误，没有采用任何一项。第一处：{report.faults[0]}")
    earlier = [] if may_go_back else going_back(library=report.library)
    if earlier:
        raise Fault(
            f"没有采用：定义文件夹里有 {len(earlier)} 项比现行的旧（{'、'.join(earlier[:5])}），"
            "可能现行的来自规则包。确实要退回，请加 --back。"
        )
    return adopt(library=report.library, actor=actor, at=at)


def is_begun() -> bool:
    """Whether any definition was ever adopted here."""
    return DefinitionVersion.objects.exists()


@transaction.atomic
def adopt(*, library: Library, actor: Viewer, at: datetime) -> int:
    """How many versions are new: each is stored resolved for its region and in force from now on."""
    fresh = [
        DefinitionVersion(
            hash=each.hash, kind=each.kind, definition_id=each.id, region=each.region, valid_from=each.valid_from,
            adopted_at=at, content=each.content, source=each.source,
        )
        for each in fresh_in(library)
    ]
    DefinitionVersion.objects.bulk_create(fresh)
    for version in fresh:
        ledger.record(
            kind="definition.adopted", subject=RULEBOOK, actor=actor, at=at, is_fact=True,
            clear={"kind": version.kind, "id": version.definition_id, "region": version.region, "hash": version.hash},
        )
    return len(fresh)


def unadopted(*, library: Library) -> int:
    """How many versions of the folder are not in force here yet."""
    return sum(1 for _ in fresh_in(library))


def going_back(*, library: Library) -> list[str]:
    """What adopting a library would put back to a content that was replaced here before."""
    replaced = set(DefinitionVersion.objects.values_list("kind", "definition_id", "region", "valid_from", "hash"))
    return [
        f"{each.kind}/{each.id}" for each in fresh_in(library)
        if (each.kind, each.id, each.region, each.valid_from, each.hash) in replaced
    ]


def fresh_in(library: Library) -> Iterator[Fresh]:
    """What adopting a library would put in force: its versions, with what regions changed on a page laid over them."""
    newest = _newest()
    whole = definitions.laid_beside(library, kept_overlays())
    for kind, name, region, day, source in _versions(whole):
        resolved = definitions.resolve(whole, kind, name, regions=_chain(region), on=day)
        if newest.get((kind, name, region, day)) != resolved.hash:
            yield Fresh(resolved.hash, kind, name, region, day, resolved.content, source)


def _newest() -> dict[tuple[str, str, str, date], str]:
    """The hash last adopted for each definition, region and day; an earlier content can be adopted again."""
    rows = DefinitionVersion.objects.order_by("adopted_at", "id")
    return {
        (row.kind, row.definition_id, row.region, row.valid_from): row.hash
        for row in rows.only("kind", "definition_id", "region", "valid_from", "hash")
    }


def _versions(library: Library) -> Iterator[tuple[str, str, str, date, str]]:
    """Each place and day at which some definition changes: an overlay also changes with what it lies on."""
    for kind in library.kinds():
        for name in library.ids(kind):
            national = library.of(kind, name)
            yield from ((kind, name, "", v.valid_from, v.source) for v in national)
            regions = {v.region for v in library.versions if v.kind == kind and v.id == name and v.region}
            for region in sorted(regions):
                below = [v for r in ("", *_chain(region)) for v in library.of(kind, name, region=r)]
                first = min(v.valid_from for v in library.of(kind, name, region=region))
                for day in sorted({max(v.valid_from, first) for v in below}):
                    yield kind, name, region, day, below[-1].source


def _chain(region: str) -> tuple[str, ...]:
    """The regions that contain a region, from the province down."""
    return (region[:2] + "0000", region[:4] + "00", region) if region else ()
