"""The rules in force at a place and a moment, read into their objects once per process."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from tongxin.accounts.models import Division
from tongxin.core import access, pathway
from tongxin.core.access import AccessRules
from tongxin.core.pathway import CHINA, Calendar, Pathway
from tongxin.lib import steady
from tongxin.lib.prepared import Prepared
from tongxin.rulebook.models import DefinitionVersion

Read = TypeVar("Read")
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
# Days and places asked about; a rebuild asks for many days.
MOST_SETTLED = 20_000
MOST_KEPT = 1000
NEWEST = Prepared(lambda: DefinitionVersion.objects.order_by("-id").values_list("id", flat=True)[:1])


class NotAdopted(LookupError):
    """No version of a definition is in force; an administrator has to adopt the definitions."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"还没有采用定义 {kind}/{name}。请运行 tongxin definitions adopt。")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A definition as it holds in a place at a moment."""

    hash: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Row:
    hash: str
    region: str
    valid_from: date
    adopted_at: datetime


class Supposable(Protocol):
    """A version that isn't in force, resolved for its region."""

    @property
    def hash(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def content(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class _Supposed:
    rows: Mapping[tuple[str, str], list[_Row]]
    contents: Mapping[str, Mapping[str, Any]]


_supposed: ContextVar[_Supposed | None] = ContextVar("supposed", default=None)


@dataclass(frozen=True, slots=True)
class _Index:
    """All adopted versions by kind and id, and what was found out from them: since when what holds on which day."""

    rows: dict[tuple[str, str], list[_Row]]
    adopted_at: datetime = BEFORE_ALL
    settled: dict[tuple[str, str, str, date], tuple[datetime, str]] = field(default_factory=dict)
    kept: dict[tuple[Hashable, date], Any] = field(default_factory=dict)


@lru_cache(maxsize=4)
def _index(number: int) -> _Index:
    """All adopted versions without their contents; the number makes a later adoption be seen."""
    del number
    index: dict[tuple[str, str], list[_Row]] = {}
    rows = DefinitionVersion.objects.order_by("valid_from", "adopted_at", "id").values_list(
        "kind", "definition_id", "hash", "region", "valid_from", "adopted_at"
    )
    for kind, name, hash, region, valid_from, adopted_at in rows:
        index.setdefault((kind, name), []).append(_Row(hash, region, valid_from, adopted_at))
    return _Index(index, max((row.adopted_at for found in index.values() for row in found), default=BEFORE_ALL))


def newest() -> int:
    """A number that changes with every adoption, by which what was read can be kept."""
    return steady.lasting("newest definition", _newest)


def _newest() -> int:
    return NEWEST.row() or 0


def while_in_force(question: Hashable, ask: Callable[[], Read], *, at: datetime) -> Read:
    """What follows from rules alone, found out once a day until something else is adopted."""
    known = _index(newest())
    if _supposed.get() is not None or at < known.adopted_at:
        return ask()
    key = (question, at.astimezone(CHINA).date())
    if key not in known.kept:
        if len(known.kept) >= MOST_KEPT:
            known.kept.clear()
        known.kept[key] = ask()
    found: Read = known.kept[key]
    return found


def _rows(kind: str, name: str) -> list[_Row]:
    supposed = _supposed.get()
    return _index(newest()).rows.get((kind, name), []) + (supposed.rows.get((kind, name), []) if supposed else [])


def ids(kind: str) -> tuple[str, ...]:
    """The ids of all adopted definitions of a kind."""
    supposed = _supposed.get()
    known = {*_index(newest()).rows, *(supposed.rows if supposed else ())}
    return tuple(sorted(name for each, name in known if each == kind))


def ids_in_force(kind: str, *, region: str = "", at: datetime) -> tuple[str, ...]:
    """The ids of a kind's definitions that hold in a region at a moment; those that come later are not among them."""
    day, places = at.astimezone(CHINA).date(), _places(region)
    return tuple(
        name for name in ids(kind)
        if any(row.region in places and row.adopted_at <= at and row.valid_from <= day for row in _rows(kind, name))
    )


@contextmanager
def supposing(versions: Iterable[Supposable]) -> Iterator[None]:
    """While this holds, the versions are in force as if they had always been; nothing is stored."""
    rows: dict[tuple[str, str], list[_Row]] = {}
    contents: dict[str, Mapping[str, Any]] = {}
    for each in versions:
        rows.setdefault((each.kind, each.id), []).append(_Row(each.hash, each.region, date.min, BEFORE_ALL))
        contents[each.hash] = each.content
    token = _supposed.set(_Supposed(rows, contents))
    try:
        yield
    finally:
        _supposed.reset(token)


def supposed() -> tuple[str, ...]:
    """The hashes of what is supposed here; empty where only what is adopted counts."""
    found = _supposed.get()
    return tuple(found.contents) if found else ()


def content_of(hash: str) -> Mapping[str, Any]:
    """The content that a hash names; it never changes."""
    supposed = _supposed.get()
    return (supposed.contents.get(hash) if supposed else None) or _stored(hash)


@lru_cache(maxsize=512)
def _stored(hash: str) -> Mapping[str, Any]:
    versions = DefinitionVersion.objects.filter(hash=hash)
    content: Mapping[str, Any] = versions.values_list("content", flat=True)[:1].get()
    return content


def adopted(kind: str, name: str, hash: str) -> Mapping[str, Any] | None:
    """The content of a version that somebody elsewhere read; None when this definition never said it."""
    rows = DefinitionVersion.objects.filter(hash=hash, kind=kind, definition_id=name)
    return rows.values_list("content", flat=True).first()


def resolve(kind: str, name: str, *, region: str = "", at: datetime, on: date | None = None) -> Resolved:
    """The version in force in `region` (six digits) at `at`: the county's, else the province's, else the nation's.

    With `on`, what will hold on that day as far as it is adopted at `at`.
    """
    day = on or at.astimezone(CHINA).date()
    if _supposed.get() is None:
        since, hash = _settled(kind, name, region, day)
        if hash and since <= at:
            return Resolved(hash, content_of(hash))
    hash = _in_force([row for row in _until(day, kind, name) if row.adopted_at <= at], region)
    if hash:
        return Resolved(hash, content_of(hash))
    raise NotAdopted(kind, name)


def _settled(kind: str, name: str, region: str, day: date) -> tuple[datetime, str]:
    """The version that holds on a day once all that was adopted for it counts, and since when that is so."""
    known = _index(newest()).settled
    asked = (kind, name, region, day)
    if asked not in known:
        if len(known) >= MOST_SETTLED:
            known.clear()
        rows = _until(day, kind, name)
        known[asked] = max((row.adopted_at for row in rows), default=BEFORE_ALL), _in_force(rows, region)
    return known[asked]


def _until(day: date, kind: str, name: str) -> list[_Row]:
    return [row for row in _rows(kind, name) if row.valid_from <= day]


def _in_force(rows: list[_Row], region: str) -> str:
    """The hash of the newest version of the nearest place that has one; empty when there is none."""
    for place in _places(region):
        found = [row.hash for row in rows if row.region == place]
        if found:
            return found[-1]
    return ""


@lru_cache(maxsize=64)
def _read(reader: Callable[[Mapping[str, Any]], Any], hash: str) -> Any:
    return reader(content_of(hash))


def days_after(kind: str, name: str, *, region: str, day: date) -> list[date]:
    """The later days on which a definition changes in a region, as far as that is adopted."""
    places = _places(region)
    return sorted({row.valid_from for row in _rows(kind, name) if row.region in places and row.valid_from > day})


def _places(region: str) -> tuple[str, ...]:
    """A region and those that contain it, down from itself."""
    return tuple(dict.fromkeys((region, region[:4] + "00", region[:2] + "0000", ""))) if region else ("",)


def read(reader: Callable[[Mapping[str, Any]], Read], resolved: Resolved) -> Read:
    """A definition's object, read once per process and version."""
    result: Read = _read(reader, resolved.hash)
    return result


def pathway_in(*, region: str, at: datetime) -> tuple[str, Pathway]:
    """The pathway of a county with the hash that names its version."""
    resolved = resolve("pathway", "child", region=region, at=at)
    crisis = resolve("crisis", "steps", region=region, at=at)
    return resolved.hash, _pathway(resolved.hash, crisis.hash)


@lru_cache(maxsize=16)
def _pathway(hash: str, crisis: str) -> Pathway:
    return pathway.read(content_of(hash), crisis=content_of(crisis))


def access_rules(*, at: datetime) -> AccessRules:
    """Who may see and do what, in force now."""
    return read(access.read, resolve("access", "access", at=at))


@lru_cache(maxsize=8)
def _calendar(hashes: tuple[str, ...]) -> Calendar:
    years = [content_of(hash) for hash in hashes]
    return Calendar(
        holidays=frozenset(_days(years, "holidays")), workdays=frozenset(_days(years, "workdays")),
        years=frozenset(int(year["year"]) for year in years),
    )


def _days(years: list[Mapping[str, Any]], key: str) -> list[date]:
    return [date.fromisoformat(str(day)) for year in years for day in year.get(key, ())]


def calendar_at(at: datetime) -> Calendar:
    """Holidays and make-up working days of all years known."""
    known: list[str] = []
    for name in ids("calendar"):
        with suppress(NotAdopted):
            known.append(resolve("calendar", name, at=at).hash)
    return _calendar(tuple(known))


@lru_cache(maxsize=4096)
def region_of(division_id: int | None) -> str:
    """The six digits of the county that a place belongs to; empty when not known."""
    if division_id is None:
        return ""
    division = Division.objects.filter(id=division_id).only("code", "level").first()
    return division.code[:6].ljust(6, "0") if division else ""
