"""What an export says of each child: only what its requester may open, each look written down before."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.core.pathway.vocabulary import IDENTIFIED
from tongxin.exports.rules import Field, Purpose
from tongxin.flows.consenting import standings_of
from tongxin.flows.export_around import around
from tongxin.flows.facts import facts_of
from tongxin.people.models import CategorySpan, Child
from tongxin.rulebook import rules
from tongxin.vault import Owner

PURPOSE, ROUTE = "export", "exports"
CHUNK = 500
SIGNS = 10
SEALED = {"name": "name", "id_no": "id_no", "birth": "birth", "phone": "phone", "address": "address"}
SEXES = dict(Child.SEX)
UNSEEN, NO_CONSENT, ERASED, ALONE = "unseen", "no_consent", "erased", "alone"
LEFT_OUT = {
    UNSEEN: "申请以后不再由申请人负责，或已不能查看", NO_CONSENT: "没有同意对外共享", ERASED: "已删除",
    ALONE: "去标识时隐去：和别人太不一样，容易被认出",
}
STANDING = frozenset({"given", "not_needed"})


@dataclass(slots=True)
class Gathered:
    """The children who are in it with their words by field, and why the others aren't."""

    children: list[Child] = field(default_factory=list)
    words: dict[UUID, dict[str, str]] = field(default_factory=dict)
    left_out: dict[UUID, str] = field(default_factory=dict)


def gather(
    children: Sequence[UUID], *, fields: Sequence[Field], purpose: Purpose, viewer: Viewer, at: datetime
) -> Gathered:
    """The words of some children, a few hundred at a time."""
    found = Gathered()
    for start in range(0, len(children), CHUNK):
        _gather(found, children[start : start + CHUNK], fields, purpose, viewer, at)
    return found


def _gather(
    found: Gathered, ids: Sequence[UUID], fields: Sequence[Field], purpose: Purpose, viewer: Viewer, at: datetime
) -> None:
    asked = Child.objects.filter(id__in=list(ids))
    seen = {child.id: child for child in access.visible(asked, viewer=viewer, part="roster", at=at)}
    gone = {owner.id for owner in vault.destroyed([child.key_owner for child in seen.values()])}
    rows = []
    for child_id in ids:
        child = seen.get(child_id)
        why = UNSEEN if child is None else ERASED if child_id in gone else unconsented(child, purpose, at)
        if why:
            found.left_out[child_id] = why
        elif child is not None:
            rows.append(child)
    if not rows:
        return
    parts = {each.part for each in fields} | {"roster"}
    readable = access.visible_parts(asked, viewer=viewer, parts=sorted(parts), at=at)
    _look(rows, parts, readable, viewer, at)
    words = words_of(rows, fields, viewer=viewer, at=at, purpose=PURPOSE, route=ROUTE)
    for child in rows:
        found.children.append(child)
        found.words[child.id] = {
            each.id: words[child.id].get(each.id, "") if child.id in readable[each.part] else "" for each in fields
        }


def unconsented(child: Child, purpose: Purpose, at: datetime) -> str:
    """Why a child stays out of what leaves the office with names; empty where a consent or the law lets it go."""
    if not purpose.consent:
        return ""
    standings = standings_of(child, facts=facts_of(child.id)[0], at=at)
    state = next((each.state for each in standings if each.purpose.id == purpose.consent), "")
    return "" if state in STANDING else NO_CONSENT


def _look(
    rows: Sequence[Child], parts: set[str], readable: Mapping[str, frozenset[Any]], viewer: Viewer, at: datetime
) -> None:
    """Codes leave too: each part of each file is written down as looked at, sealed words or not."""
    for part in sorted(parts):
        owners = [child.key_owner for child in rows if child.id in readable[part]]
        if owners:
            ledger.record_look(viewer=viewer, owners=owners, purpose=PURPOSE, part=part, route=ROUTE, at=at)


class Sourced(Protocol):
    """Something that may go along, and where it is taken from."""

    @property
    def id(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def is_text(self) -> bool: ...


def words_of(
    rows: Sequence[Child], fields: Sequence[Sourced], *, viewer: Viewer, at: datetime, purpose: str, route: str
) -> dict[UUID, dict[str, str]]:
    """What each child's file says of these fields, in words; the sealed ones are opened for the purpose."""
    wanted = {each.source: each.id for each in fields if not each.is_text}
    ids = [child.id for child in rows]
    found: dict[UUID, dict[str, str]] = {child.id: {} for child in rows}
    cases = {case.id: case for case in Case.objects.filter(id__in=ids)}
    places = _places(rows)
    spans = categories_of(ids, at)
    pathway = rules.pathway_in(region="", at=at)[1]
    for child in rows:
        case = cases.get(child.id)
        clear = {
            "file_no": child.file_no, "sex": SEXES.get(child.sex, ""), "village": places.get(child.village_id or 0, ""),
            "birth_month": f"{child.birth_month:%Y年%-m月}" if child.birth_month else "",
            "place": places.get(child.town_id or 0, ""), "categories": "、".join(spans.get(child.id, ())),
        }
        if case is not None:
            clear |= {
                "stage": pathway.stages.get(case.stage, ""), "level": pathway.levels.get(case.level, ""),
                "identified": IDENTIFIED.get(case.identified, ""), "in_crisis": "是" if case.in_crisis else "否",
            }
        found[child.id] = {wanted[source]: word for source, word in clear.items() if source in wanted}
    _open(found, rows, wanted, viewer, at, (purpose, route))
    for child_id, said in around(rows, wanted, viewer=viewer, at=at, purpose=purpose, route=route).items():
        found[child_id] |= said
    return found


def _open(
    found: dict[UUID, dict[str, str]], rows: Sequence[Child], wanted: Mapping[str, str], viewer: Viewer, at: datetime,
    why: tuple[str, str],
) -> None:
    columns = [column for column in SEALED if column in wanted]
    if not columns:
        return
    sealed = [getattr(child, SEALED[column]) for child in rows for column in columns]
    purpose, route = why
    opened = iter(vault.open(sealed, viewer=viewer, purpose=purpose, part="identity", route=route, at=at))
    for child in rows:
        found[child.id] |= {wanted[column]: next(opened) or "" for column in columns}


def _places(rows: Sequence[Child]) -> dict[int, str]:
    ids = {
        place for child in rows for place in (child.village_id, child.town_id, child.county_id, child.city_id) if place
    }
    return dict(Division.objects.filter(id__in=ids).values_list("id", "name"))


def places_around(rows: Sequence[Child]) -> dict[UUID, tuple[str, str, str]]:
    """Town, county and city of each child, by name."""
    names = _places(rows)
    return {
        child.id: (names.get(child.town_id or 0, ""), names.get(child.county_id or 0, ""),
                   names.get(child.city_id or 0, ""))
        for child in rows
    }


def categories_of(ids: Sequence[UUID], at: datetime) -> dict[UUID, list[str]]:
    """The open categories in words; those that only named people may see leave with nobody."""
    content = rules.resolve("categories", "categories", at=at).content["categories"]
    told = {each["id"]: str(each["zh"]) for each in content if not each.get("restricted")}
    spans = CategorySpan.objects.filter(child_id__in=list(ids), end_on__isnull=True, category__in=list(told))
    found: dict[UUID, list[str]] = {}
    for child_id, category in spans.order_by("category").values_list("child_id", "category"):
        found.setdefault(child_id, []).append(told[category])
    return found


def pseudonyms(owner: Owner, children: Sequence[Child]) -> dict[UUID, str]:
    """Each child's sign in one export alone: made by the export's key, and nobody's once that is destroyed."""
    made = vault.digest_many([(child.id.bytes, owner) for child in children], keyring=vault.keyring([owner]))
    return {
        child.id: base64.b32encode(digest).decode().lower()[:SIGNS]
        for child, digest in zip(children, made, strict=True)
    }
