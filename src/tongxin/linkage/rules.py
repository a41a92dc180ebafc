"""The rules of `definitions/linkage/children.yaml`: comparisons with their levels and weights, keys, hard rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import log2
from typing import Any, Literal

from tongxin.core.language.errors import DefinitionError
from tongxin.lib import strict_yaml
from tongxin.lib.places import definitions_folder
from tongxin.linkage.atoms import Atom, read_atom
from tongxin.linkage.features import COLUMNS, Features

Verdict = Literal["same", "probable", "new", "contradictory", "missing"]
Pattern = tuple[int, ...]
BLANK = "blank"
# Levels are told by their weights where an engine keeps nothing else; this many bits apart at least.
LEAST_APART = 1e-6
HARD = ("contradictory", "apart", "hold")


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison; a blank one weighs nothing."""

    id: str
    zh: str
    when: tuple[Atom, ...]
    m: float
    u: float

    @property
    def weight(self) -> float:
        """Bits for (above 0) or against."""
        return 0.0 if self.id == BLANK else log2(self.m / self.u)


@dataclass(frozen=True)
class Comparison:
    """What is compared, with its levels from the most telling on; the last one always holds."""

    id: str
    zh: str
    levels: tuple[Level, ...]

    def level(self, a: Features, b: Features) -> int:
        """The place of the first level that holds."""
        found = (at for at, each in enumerate(self.levels) if all(atom.holds(a, b) for atom in each.when))
        return next(found)


@dataclass(frozen=True)
class HardRule:
    """What is certain whatever the probability; `when` names levels by comparison.

    A contradiction that `gives_way` is not shown once the left record is settled with another.
    """

    id: str
    verdict: str
    zh: str
    when: Mapping[str, frozenset[str]]
    gives_way: bool
    any: tuple[Mapping[str, frozenset[str]], ...]
    unless: tuple[Mapping[str, frozenset[str]], ...]

    def holds(self, levels: Mapping[str, str]) -> bool:
        """Whether it holds of a pair with these levels, by comparison."""
        if not _fits(self.when, levels) or any(_fits(each, levels) for each in self.unless):
            return False
        return not self.any or any(_fits(each, levels) for each in self.any)


@dataclass(frozen=True)
class Rules:
    """Everything by which two lists are compared."""

    version: str
    share: float
    least: int
    automatic: float
    review: float
    most: int
    keys: tuple[tuple[tuple[str, ...], ...], ...]
    comparisons: tuple[Comparison, ...]
    hard: tuple[HardRule, ...]
    several: str
    listed_twice: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.comparisons)

    def prior(self, left: int, right: int) -> float:
        """How likely two rows, one of each list, are of one child before anything is compared."""
        return self.share / max(left, right, self.least)

    def pattern(self, a: Features, b: Features) -> Pattern:
        """The level of every comparison, as places."""
        return tuple(each.level(a, b) for each in self.comparisons)

    def levels(self, pattern: Pattern) -> dict[str, Level]:
        """The levels of a pattern by comparison."""
        return {each.id: each.levels[at] for each, at in zip(self.comparisons, pattern, strict=True)}

    def probability(self, pattern: Pattern, prior: float) -> float:
        """How likely it is that a pair with this pattern is of one child."""
        bits = log2(prior / (1 - prior)) + sum(level.weight for level in self.levels(pattern).values())
        return float(1 / (1 + 2.0 ** -min(max(bits, -500.0), 500.0)))


def _fits(when: Mapping[str, frozenset[str]], levels: Mapping[str, str]) -> bool:
    return all(levels[comparison] in wanted for comparison, wanted in when.items())


@lru_cache(maxsize=4)
def rules_in_force() -> Rules:
    """The rules that came with the program, or that TONGXIN_DEFINITIONS names."""
    return read_rules(strict_yaml.load(definitions_folder() / "linkage" / "children.yaml").content)


def read_rules(content: Mapping[str, Any]) -> Rules:
    """The rules in a definition; whatever is not understood is refused with its place."""
    comparisons = tuple(_comparison(each, f"comparisons[{at}]") for at, each in enumerate(content["comparisons"]))
    known = {each.id: frozenset(level.id for level in each.levels) for each in comparisons}
    thresholds, prior, blocks = content["thresholds"], content["prior"], content["blocks"]
    return Rules(
        version=content["version"], share=float(prior["share"]), least=prior["least"],
        automatic=float(thresholds["automatic"]), review=float(thresholds["review"]),
        most=blocks["most"],
        keys=tuple(_key(each, f"blocks.keys[{at}]") for at, each in enumerate(blocks["keys"])),
        comparisons=comparisons,
        hard=tuple(_hard(each, known, f"hard[{at}]") for at, each in enumerate(content["hard"])),
        several=content["several"]["zh"], listed_twice=content["listed_twice"]["zh"],
    )


def _comparison(content: Mapping[str, Any], path: str) -> Comparison:
    levels = tuple(_level(each, f"{path}.levels[{at}]") for at, each in enumerate(content["levels"]))
    if levels[0].id != BLANK or levels[-1].when or not all(level.when for level in levels[:-1]):
        raise DefinitionError(f"{path}.levels", "第一条要是 blank，最后一条没有 when，其余都有", "核对各条的次序")
    weights = sorted(level.weight for level in levels)
    if any(heavier - lighter < LEAST_APART for lighter, heavier in pairwise(weights)):
        raise DefinitionError(f"{path}.levels", "有两条一样重，分不开", "改其中一条的 m 或 u")
    return Comparison(content["id"], content["zh"], levels)


def _level(content: Mapping[str, Any], path: str) -> Level:
    when = tuple(read_atom(text, f"{path}.when") for text in content.get("when", ()))
    m, u = (float(content.get(key, "1")) for key in ("m", "u"))
    if not (0 < m <= 1 and 0 < u <= 1):
        raise DefinitionError(path, "m、u 要大于 0、不大于 1", "由 benchmarks/linkage_train.py 算出")
    return Level(content["id"], content.get("zh", ""), when, m, u)


def _key(content: list[str], path: str) -> tuple[tuple[str, ...], ...]:
    parts = tuple(tuple(part.split("|")) for part in content)
    unknown = sorted({column for part in parts for column in part} - set(COLUMNS))
    if unknown:
        raise DefinitionError(path, f"没有“{unknown[0]}”这一栏", "核对栏名")
    return parts


def _hard(content: Mapping[str, Any], known: Mapping[str, frozenset[str]], path: str) -> HardRule:
    if content["verdict"] not in HARD:
        raise DefinitionError(f"{path}.verdict", f"不认识“{content['verdict']}”", f"写 {'、'.join(HARD)} 之一")
    when = _when(content["when"], known, f"{path}.when")
    more = {
        key: tuple(_when(each, known, f"{path}.{key}") for each in content.get(key, ())) for key in ("any", "unless")
    }
    gives_way = content.get("gives_way", False)
    return HardRule(
        content["id"], content["verdict"], content["zh"], when, gives_way, more["any"], more["unless"]
    )


def _when(
    content: Mapping[str, list[str]], known: Mapping[str, frozenset[str]], path: str
) -> Mapping[str, frozenset[str]]:
    for comparison, levels in content.items():
        unknown = sorted(set(levels) - known.get(comparison, frozenset()))
        if comparison not in known or unknown:
            raise DefinitionError(path, f"没有“{comparison} {' '.join(unknown)}”", "核对 comparisons 里的名称")
    return {comparison: frozenset(levels) for comparison, levels in content.items()}
