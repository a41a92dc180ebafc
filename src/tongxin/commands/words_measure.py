"""`tongxin words measure`: how many of the notes that need a person the list of danger words asks about, and how many
calm ones it asks about in vain; measured on notes that people labelled, before a county switches it on."""

import sys
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

from tongxin.core.danger_words import Lexicon, find, read
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway import CHINA
from tongxin.lib import clock, definitions, places
from tongxin.lib.arguments import Parser
from tongxin.lib.strict_yaml import DefinitionFault, load

ID = "danger_words"
HALVES = {"all": (0, 1), "tuned": (0,), "held_out": (1,)}


class Note(NamedTuple):
    """A text with the kinds of danger that a person saw in it; `hard` where a plain list was expected to fail."""

    text: str
    danger: frozenset[str]
    hard: bool


def main(argv: list[str]) -> int:
    """0 with the figures; 2 when the file or the list can't be read."""
    parser = Parser(prog="tongxin words measure", description="用标注过的记录测量文字里的危险词")
    parser.add_argument("file", type=Path, help="标注好的记录（YAML：notes 下每条写 text、danger、hard）")
    parser.add_argument("--half", choices=sorted(HALVES), default="all", help="只测单数条或双数条，例如 held_out")
    parser.add_argument("--region", default="", help="用哪个地区的词表，例如 370116")
    options = parser.parse_args(argv)
    try:
        lexicon = _lexicon(options.region)
        notes = notes_in(options.file, lexicon)
    except (OSError, UnicodeDecodeError, DefinitionFault, DefinitionError) as error:
        print(f"没有测量：{error}", file=sys.stderr)
        return 2
    chosen = [note for at, note in enumerate(notes) if at % 2 in HALVES[options.half]]
    _tell(chosen, lexicon)
    return 0


def notes_in(file: Path, lexicon: Lexicon) -> list[Note]:
    """The labelled notes of a file; DefinitionError names the first that can't be used."""
    found = []
    for at, raw in enumerate(load(file).content.get("notes") or ()):
        danger = frozenset(map(str, raw.get("danger") or ())) if isinstance(raw, dict) else None
        if danger is None or not isinstance(raw.get("text"), str) or danger - lexicon.kinds.keys():
            raise DefinitionError(f"notes[{at}]", "这一条没有 text，或 danger 里有不认识的种类", "核对写法")
        found.append(Note(raw["text"], danger, bool(raw.get("hard"))))
    if not found:
        raise DefinitionError("notes", "一条记录也没有", "每条写 text、danger、hard")
    return found


def _lexicon(region: str) -> Lexicon:
    library = definitions.load_all(places.definitions_folder())
    regions = (region,) if region else ()
    return read(definitions.resolve(library, ID, ID, regions=regions, on=clock.now().astimezone(CHINA).date()).content)


def _tell(notes: Sequence[Note], lexicon: Lexicon) -> None:
    heard = [frozenset(each.kind for each in find(note.text, lexicon)) for note in notes]
    print(f"{len(notes)} 条记录，{len(lexicon.terms)} 个词。只数“问了没有”，不看问的是哪一种。")
    for zh, rows in _parts(notes, heard):
        grave = [bool(words) for note, words in rows if note.danger]
        calm = [bool(words) for note, words in rows if not note.danger]
        print(f"{zh}：应当请人看的 {_share(sum(grave), len(grave))}；平常的也问了 {_share(sum(calm), len(calm))}")
    wanted = Counter(kind for note in notes for kind in note.danger)
    asked = Counter(kind for note, words in zip(notes, heard, strict=True) if words for kind in note.danger)
    for kind, zh in lexicon.kinds.items():
        print(f"  {zh}：问了 {_share(asked[kind], wanted[kind])}")


def _parts(notes: Sequence[Note], heard: Sequence[frozenset[str]]) -> list[tuple[str, list[tuple[Note, Any]]]]:
    rows = list(zip(notes, heard, strict=True))
    return [
        ("全部", rows), ("写得直白的", [row for row in rows if not row[0].hard]),
        ("说得隐晦、绕弯的", [row for row in rows if row[0].hard]),
    ]


def _share(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson)."""
    if not whole:
        return "没有样本"
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    around = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{part}/{whole}（{share:.0%}，95% 区间 {middle - around:.0%}–{middle + around:.0%}）"
