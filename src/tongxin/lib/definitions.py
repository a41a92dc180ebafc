"""The definitions: read from their folder, dated, laid over one another by region."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from tongxin.core.language.errors import DefinitionError
from tongxin.lib.overlays import check_floors, hash_of, key_of, lay_over, refuse_loosening
from tongxin.lib.strict_yaml import DefinitionFault, Document, load, parse

__all__ = [
    "DefinitionFault",
    "Document",
    "Library",
    "NoDefinition",
    "Resolved",
    "Version",
    "chain",
    "files_of",
    "hash_of",
    "laid_beside",
    "load",
    "load_all",
    "load_cases",
    "parse",
    "read_all",
    "resolve",
]

NOT_DEFINITIONS = {"divisions", "roster", "sample", "overlays"}
OVERLAY_KEYS = {"id", "kind", "region", "valid_from", "source", "patch", "zh"}
STEP = re.compile(r"\.(?![^\[\]]*\])")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NoDefinition(LookupError):
    """No version of a definition is in force on that day."""

    def __init__(self, kind: str, id: str, on: date) -> None:
        super().__init__(f"{on.isoformat()} 没有生效的定义：{kind}/{id}。")


@dataclass(frozen=True)
class Version:
    """One dated version of a definition; `region` is empty for the nation's."""

    kind: str
    id: str
    region: str
    valid_from: date
    source: str
    content: dict[str, Any]
    document: Document | None = field(default=None, repr=False, compare=False)

    @cached_property
    def hash(self) -> str:
        """Names this content; always made from it, so that another content never goes by an earlier one's name."""
        return hash_of(self.content)


@dataclass(frozen=True)
class Resolved:
    """A definition as it holds in one place on one day."""

    hash: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Library:
    """All versions of all definitions."""

    versions: tuple[Version, ...]

    def ids(self, kind: str) -> tuple[str, ...]:
        """The ids of `kind`, in order."""
        return tuple(sorted({each.id for each in self.versions if each.kind == kind and not each.region}))

    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted({each.kind for each in self.versions}))

    def of(self, kind: str, id: str, *, region: str = "") -> tuple[Version, ...]:
        """The versions of one definition for one region, oldest first."""
        return self._by_name.get((kind, id, region), ())

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], tuple[Version, ...]]:
        found: dict[tuple[str, str, str], list[Version]] = {}
        for version in sorted(self.versions, key=lambda each: each.valid_from):
            found.setdefault((version.kind, version.id, version.region), []).append(version)
        return {name: tuple(versions) for name, versions in found.items()}


def load_all(folder: Path, *, more: Iterable[Version] = ()) -> Library:
    """Every definition and overlay below `folder`; the first fault is raised."""
    library, faults = read_all(folder, more=more)
    if faults:
        raise faults[0]
    return library


def read_all(folder: Path, *, more: Iterable[Version] = ()) -> tuple[Library, list[DefinitionFault]]:
    """Every definition and overlay that can be read, and what is wrong with the others."""
    faults: list[DefinitionFault] = []
    versions = list(_readable(folder, faults))
    library = laid_beside(Library(tuple(versions)), more)
    faults += [*_twins(versions), *_loosened(library)]
    return library, faults


def laid_beside(library: Library, more: Iterable[Version]) -> Library:
    """The library with further overlays; one of the same place and day stands instead of the folder's."""
    found = {(each.kind, each.id, each.region, each.valid_from): each for each in library.versions}
    found |= {(each.kind, each.id, each.region, each.valid_from): each for each in more}
    return Library(tuple(found.values()))


def _readable(folder: Path, faults: list[DefinitionFault]) -> Iterator[Version]:
    overlays = (path for path in sorted((folder / "overlays").glob("*/*/*.yaml")) if not _is_cases(path))
    for read, paths in ((_version, files_of(folder)), (_overlay, overlays)):
        for path in paths:
            try:
                yield read(folder, path)
            except DefinitionFault as fault:
                faults.append(fault)


def files_of(folder: Path) -> Iterator[Path]:
    """The files of definitions (not the cases, not the overlays)."""
    for path in sorted(folder.rglob("*.yaml")):
        if path.relative_to(folder).parts[0] not in NOT_DEFINITIONS and not _is_cases(path):
            yield path


def _is_cases(path: Path) -> bool:
    return path.stem == "cases" or path.stem.endswith(".cases")


def load_cases(folder: Path, kind: str, id: str, *, region: str = "") -> Document | None:
    """The example cases that stand beside a definition or an overlay."""
    there = folder / "overlays" / region if region else folder
    for path in (
        there / kind / id / "cases.yaml",
        there / kind / f"{id}.cases.yaml",
        there / f"{id}.cases.yaml",
    ):
        if path.is_file():
            return load(path, name=_name(folder, path))
    return None


def resolve(library: Library, kind: str, id: str, *, regions: Sequence[str] = (), on: date) -> Resolved:
    """The definition as it holds on `on` where `regions` (nation first, county last) apply."""
    nation = _in_force(library, kind, id, "", on)
    if nation is None:
        raise NoDefinition(kind, id, on)
    result = nation.content
    for region in dict.fromkeys(_six(code) for code in regions):
        overlay = _in_force(library, kind, id, region, on) if region else None
        if overlay is not None:
            result = _lay(result, overlay)
    return Resolved(hash=nation.hash if result is nation.content else hash_of(result), content=result)


def chain(region: str) -> tuple[str, ...]:
    """The six-digit regions that contain `region`, itself last."""
    return tuple(dict.fromkeys((region[:2] + "0000", region[:4] + "00", region))) if region else ()


def _in_force(library: Library, kind: str, id: str, region: str, on: date) -> Version | None:
    dated = [version for version in library.of(kind, id, region=region) if version.valid_from <= on]
    return dated[-1] if dated else None


def _six(code: str) -> str:
    return code.ljust(6, "0") if 2 <= len(code) <= 6 else ""


def _lay(base: dict[str, Any], overlay: Version) -> dict[str, Any]:
    try:
        result: dict[str, Any] = lay_over(base, overlay.content["patch"])
        refuse_loosening(base, result)
    except DefinitionError as error:
        if overlay.document is None:
            raise
        path = error.path if error.path.startswith("patch") else _place_in_patch(overlay, error.path)
        raise overlay.document.fault(path, error.zh, error.cure) from None
    return result


def _place_in_patch(overlay: Version, path: str) -> str:
    """Where an overlay speaks of `path` (steps by id), as far as it does."""
    node, place = overlay.content["patch"], "patch"
    for step in STEP.split(path):
        key = key_of(node)
        if step.startswith("[") and key:
            at = next((at for at, item in enumerate(node) if item[key] == step[1:-1]), None)
            if at is None:
                break
            node, place = node[at], f"{place}[{at}]"
        elif isinstance(node, dict) and step in node:
            node, place = node[step], f"{place}.{step}"
        else:
            break
    return place


def _loosened(library: Library) -> Iterator[DefinitionFault]:
    """The overlays that lie on nothing, or that with those above them loosen a floor."""
    for version in library.versions:
        document = version.document
        if not version.region or document is None:
            continue
        try:
            above = chain(version.region)
            resolve(library, version.kind, version.id, regions=above, on=version.valid_from)
        except DefinitionFault as fault:
            yield fault
        except NoDefinition:
            zh = f"没有叫 {version.kind}/{version.id} 的全国定义在 {version.valid_from} 生效。"
            yield document.fault("", zh, "核对文件夹名、文件名和 valid_from。")


def _version(folder: Path, path: Path) -> Version:
    document = load(path, name=_name(folder, path))
    parts = path.relative_to(folder).parts
    named = parts[1] if len(parts) > 2 else path.stem.partition("@")[0]
    content = document.content
    kind = parts[0] if len(parts) > 1 else named
    if content.get("id") != named:
        zh = f"id 与所在位置不符：应为“{named}”。"
        raise document.fault("id", zh, f"写 id: {named}，或改文件名。")
    try:
        check_floors(content)
    except DefinitionError as error:
        raise document.fault(_place(content, error.path), error.zh, error.cure) from None
    return _made(document, kind=kind, id=named, region="", content=content)


def _overlay(folder: Path, path: Path) -> Version:
    document = load(path, name=_name(folder, path))
    region, kind, _ = path.relative_to(folder / "overlays").parts
    content, id = document.content, path.stem.partition("@")[0]
    for key in content.keys() - OVERLAY_KEYS:
        raise document.fault(key, f"覆盖文件里不认识“{key}”。", "要改的内容都写在 patch 下面。")
    for key, value in (("region", region), ("kind", kind), ("id", id)):
        if content.get(key) != value:
            raise document.fault(key, f"{key} 与所在位置不符：应为“{value}”。", f'写 {key}: "{value}"。')
    if not isinstance(content.get("patch"), dict):
        raise document.fault("patch", "没有写要改什么。", "写 patch: 和要改的内容。")
    return _made(document, kind=kind, id=id, region=region, content=content)


def _made(document: Document, *, kind: str, id: str, region: str, content: dict[str, Any]) -> Version:
    source = content.get("source")
    if not isinstance(source, str) or not source.strip():
        raise document.fault("source", "没有写来源。", "加一行 source: 文件名、条款或“拟定”。")
    day = content.get("valid_from") or content.get("version")
    key = "valid_from" if "valid_from" in content else "version"
    try:
        valid_from = date.fromisoformat(str(day)) if DAY.fullmatch(str(day)) else None
    except ValueError:
        valid_from = None
    if valid_from is None:
        zh = f"生效日期“{day}”不是日期。" if day else "没有写生效日期。"
        raise document.fault(key, zh, "写 valid_from: 2025-01-01（年-月-日）。")
    return Version(kind, id, region, valid_from, source, content, document)


def _twins(versions: Iterable[Version]) -> Iterator[DefinitionFault]:
    seen: dict[tuple[str, str, str, date], str] = {}
    for version in versions:
        key = (version.kind, version.id, version.region, version.valid_from)
        if key in seen and version.document is not None:
            zh = f"与 {seen[key]} 是同一天生效的同一个定义。"
            yield version.document.fault("id", zh, "改生效日期，或删去一个。")
        seen[key] = version.document.file if version.document else ""


def _place(content: Any, path: str) -> str:
    """A path with ids (`gates.[harmed]`) as one with positions (`gates[2]`)."""
    node, place = content, ""
    for step in STEP.split(path):
        if step.startswith("[") and isinstance(node, list):
            key = key_of(node) or "id"
            at = next(at for at, item in enumerate(node) if item[key] == step[1:-1])
        elif step.startswith("#"):
            at = int(step[1:])
        else:
            node, place = node[step], f"{place}.{step}" if place else step
            continue
        node, place = node[at], f"{place}[{at}]"
    return place


def _name(folder: Path, path: Path) -> str:
    return f"definitions/{path.relative_to(folder).as_posix()}"
