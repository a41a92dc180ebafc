"""The manual as pages of plain parts: read from docs/manual, shown by the help pages, set by typst."""

import logging
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tongxin.lib import places

START = "start"
# The pages by the role they are for, in the order of the book.
ORDER = (
    START, "child_director", "child_supervisor", "social_worker", "counsellor", "clinical_supervisor", "case_manager",
    "psychiatrist", "psych_teacher", "class_teacher", "benefit_clerk", "department_officer", "city_officer",
    "national_officer", "family_educator", "legal_adviser", "system_administrator", "security_administrator",
    "audit_administrator",
    "wording", "phone", "exporting", "rights", "clues", "referrals", "care", "conferences", "sessions", "groups",
    "bookings", "places", "comparisons", "coordination", "pairings", "activities", "capacity", "supervision",
    "workforce", "training", "funds", "exchange", "indicators", "dashboards", "reports",
)
FENCE = "---\n"
# What a line may hold besides plain words: **strong**, 「a word of the screen」, [words](page.md).
INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|「(?P<word>[^」]+)」|\[(?P<link>[^\]]+)\]\((?P<page>[a-z_]+)\.md\)")
PICTURE = re.compile(r"!\[(?P<zh>[^\]]+)\]\(images/(?P<name>[a-z0-9-]+\.png)\)")
LISTS = (("steps", re.compile(r"\d+\. ")), ("points", re.compile(r"- ")))
log = logging.getLogger("tongxin.manual")
HOLE = re.compile(r"\{[a-z]+\}")


class ManualFault(Exception):
    """What can't be read in a page of the manual, with its file."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words: plain, strong, a word of the screen, or a link to another page of the manual."""

    zh: str
    kind: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, numbered steps, points, or a picture with its size."""

    kind: str
    lines: tuple[tuple[Span, ...], ...] = ()
    picture: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    zh: str
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> tuple[Span, ...]:
        return spans(self.zh)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the product that the manual tells of: the section that does, the words it quotes, its picture."""

    at: str
    section: str
    words: tuple[str, ...]
    picture: str

    def fits(self, path: str) -> bool:
        """Whether an address is this page, whatever stands in its holes."""
        pattern = "[^/]+".join(re.escape(each) for each in HOLE.split(re.split("[?#]", self.at)[0]))
        return re.fullmatch(pattern, path) is not None


@dataclass(frozen=True, slots=True)
class Page:
    """One role's page of the manual."""

    id: str
    zh: str
    width: int
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    places: tuple[Place, ...]
    said: tuple[str, ...]
    text: str

    def section_for(self, path: str) -> str:
        """The section that tells of an address; empty when none does."""
        return next((place.section for place in self.places if place.fits(path)), "")


@lru_cache(maxsize=1)
def pages() -> Mapping[str, Page]:
    """All pages of the manual by id, the common one first; one that can't be read is left out and logged.

    Help is shown on every page of the product, a crisis among them: no fault of it may keep one of those from anybody.
    """
    folder = places.manual_folder()
    files = [folder / f"{id}.md" for id in ORDER]
    return {file.stem: page for file in files if file.is_file() and (page := _readable(file))}


def _readable(file: Path) -> Page | None:
    try:
        return read(file)
    except (ManualFault, OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        log.exception("a page of the manual cannot be read: %s", file.name)
        return None


def read(file: Path) -> Page:
    """One page as its parts."""
    head, body = _split(file)
    about: dict[str, Any] = yaml.safe_load(head)
    lead, *chapters = re.split(r"^## ", body, flags=re.MULTILINE)
    title, _, lead = lead.strip().partition("\n")
    ids = about["sections"]
    if len(ids) != len(chapters) or not title.startswith("# "):
        raise ManualFault(f"{file.name}: {len(ids)} names for {len(chapters)} sections, or no title")
    return Page(
        id=file.stem, zh=title.removeprefix("# "), width=int(about["width"]), lead=tuple(_blocks(lead, file)),
        sections=tuple(_section(id, text, file) for id, text in zip(ids, chapters, strict=True)),
        places=tuple(_place(each) for each in about["pages"]), said=tuple(about.get("said", ())), text=body,
    )


def spans(line: str) -> tuple[Span, ...]:
    """A line as runs of words."""
    found: list[Span] = []
    at = 0
    for each in INLINE.finditer(line):
        found += [Span(line[at : each.start()])] if each.start() > at else []
        kind = str(each.lastgroup if each.lastgroup != "page" else "link")
        found.append(Span(each[kind], kind, each["page"] or ""))
        at = each.end()
    return (*found, Span(line[at:])) if at < len(line) else tuple(found)


def _split(file: Path) -> tuple[str, str]:
    before, head, body, *_ = *file.read_text(encoding="utf-8").split(FENCE, 2), "", ""
    if before or not body:
        raise ManualFault(f"{file.name}: no head between two lines of ---")
    return head, body


def _place(given: Mapping[str, Any]) -> Place:
    words = tuple(str(each) for each in given.get("words", ()))
    return Place(given["at"], given["section"], words, given.get("picture", ""))


def _section(id: str, text: str, file: Path) -> Section:
    heading, _, rest = text.partition("\n")
    return Section(id, heading.strip(), tuple(_blocks(rest, file)))


def _blocks(text: str, file: Path) -> Iterator[Block]:
    """The blocks of a text; they are parted by empty lines."""
    for part in re.split(r"\n\s*\n", text.strip()):
        if not part:
            continue
        if picture := PICTURE.fullmatch(part):
            yield _picture(picture, file)
        else:
            yield _words(part.split("\n"))


def _words(lines: list[str]) -> Block:
    for kind, mark in LISTS:
        if mark.match(lines[0]):
            items: list[str] = []
            for line in lines:
                if mark.match(line):
                    items.append(mark.sub("", line, count=1))
                else:
                    items[-1] += line.strip()
            return Block(kind, tuple(spans(item) for item in items))
    return Block("words", (spans("".join(lines)),))


def _picture(found: re.Match[str], file: Path) -> Block:
    png = file.parent / "images" / found["name"]
    head = png.read_bytes()[:24] if png.is_file() else b""
    width, height = struct.unpack(">II", head[16:24]) if len(head) == 24 else (0, 0)
    return Block("picture", ((Span(found["zh"]),),), found["name"], width, height)
