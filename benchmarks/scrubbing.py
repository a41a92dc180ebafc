"""How much of what could tell who somebody is the scrubbing finds: recall and precision, kind by kind.

`python -m benchmarks.scrubbing` measures both halves of the labelled sample: `tuned`, on which the rules were
mended, and `held`, which was written before them and on which nothing was mended. `--missed` shows what was
missed or hidden too much, of the first only.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from pathlib import Path

import yaml

from tongxin.core import scrubbing
from tongxin.core.scrubbing import Known
from tongxin.lib import definitions, places
from tongxin.people.tokens import readings

SAMPLE = Path(__file__).parent / "scrubbing_sample"
HALVES = ("tuned", "held")
LABEL = re.compile(r"\{([a-z]):([^}]*)\}")
KINDS = {
    "n": "姓名", "l": "地名", "s": "学校", "c": "班级", "i": "证件号码", "t": "电话", "w": "账号", "b": "银行卡",
    "p": "车牌", "a": "地址", "d": "出生日期",
}
Z = 1.96


@dataclass(slots=True)
class Sentence:
    """A text with what a reader would hide in it."""

    file: str
    text: str
    labels: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Measured:
    """How many of each kind there are and were found whole; how many finds were right."""

    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    rightly: int = 0
    sentences: int = 0
    untouched: int = 0
    clean: int = 0
    missed: list[str] = field(default_factory=list)
    too_much: list[str] = field(default_factory=list)


def measure(half: str) -> Measured:
    """One half of the sample, measured."""
    content = definitions.load_all(places.definitions_folder())
    rules = scrubbing.read(definitions.resolve(
        content, "scrubbing", "scrubbing", regions=(), on=date(2025, 9, 1)
    ).content)
    files = known_files()
    made = Measured()
    for sentence in sentences(half):
        found = scrubbing.find(sentence.text, known=files[sentence.file], rules=rules, readings=readings)
        _count(made, sentence, [(each.start, each.end) for each in found])
    return made


def _count(made: Measured, sentence: Sentence, found: list[tuple[int, int]]) -> None:
    covered = {at for start, end in found for at in range(start, end)}
    made.sentences += 1
    if not sentence.labels:
        made.clean += 1
        made.untouched += not found
    for start, end, kind in sentence.labels:
        made.there[kind] += 1
        if all(at in covered or not sentence.text[at].isalnum() for at in range(start, end)):
            made.found[kind] += 1
        else:
            made.missed.append(f"{KINDS[kind]}：{sentence.text[start:end]}　{sentence.text}")
    labelled = {at for start, end, _ in sentence.labels for at in range(start, end)}
    for start, end in found:
        made.hidden += 1
        if any(at in labelled for at in range(start, end)):
            made.rightly += 1
        else:
            made.too_much.append(f"{sentence.text[start:end]}　{sentence.text}")


def sentences(half: str) -> Iterator[Sentence]:
    """The sentences of one half."""
    for line in (SAMPLE / f"{half}.txt").read_text(encoding="utf-8").splitlines():
        file, _, raw = line.partition("|")
        sentence, at = Sentence(file, ""), 0
        for match in LABEL.finditer(raw):
            sentence.text += raw[at : match.start()]
            start = len(sentence.text)
            sentence.text += match[2]
            sentence.labels.append((start, len(sentence.text), match[1]))
            at = match.end()
        sentence.text += raw[at:]
        yield sentence


def known_files() -> dict[str, Known]:
    """What each invented file knows."""
    content = yaml.safe_load((SAMPLE / "files.yaml").read_text(encoding="utf-8"))
    return {
        name: Known(
            names=tuple(each["names"]), places=tuple(each["places"]), schools=tuple(each["schools"]),
            numbers=tuple(each["numbers"]), births=tuple(date.fromisoformat(day) for day in each["births"]),
        )
        for name, each in content.items()
    }


def interval(found: int, there: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    if not there:
        return 0.0, 1.0
    share, square = found / there, Z * Z / there
    middle, half = share + square / 2, Z * sqrt(share * (1 - share) / there + square / (4 * there))
    return (middle - half) / (1 + square), (middle + half) / (1 + square)


def main(argv: list[str]) -> int:
    """Print both halves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--half", action="append", choices=HALVES)
    options = parser.parse_args(argv)
    for half in options.half or HALVES:
        made = measure(half)
        print(f"\n{half}: {made.sentences} sentences, {made.there.total()} labels")
        for kind, zh in (*KINDS.items(), ("", "全部")):
            there = made.there[kind] if kind else made.there.total()
            found = made.found[kind] if kind else made.found.total()
            low, high = interval(found, there)
            print(f"  {zh}\trecall {found}/{there} = {found / max(there, 1):.1%} ({low:.1%}–{high:.1%})")
        low, high = interval(made.rightly, made.hidden)
        share = made.rightly / max(made.hidden, 1)
        print(f"  precision {made.rightly}/{made.hidden} = {share:.1%} ({low:.1%}–{high:.1%})")
        print(f"  sentences with nothing to hide left as they are: {made.untouched}/{made.clean}")
        if options.missed and half == HALVES[0]:
            print("\n".join(("missed:", *made.missed, "too much:", *made.too_much)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
