"""A grading scheme: the colours, words and shapes under which the rubric's levels are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.grading.rubric import Rubric
from tongxin.core.language.errors import DefinitionError

COLOURS = ("grey", "green", "blue", "yellow", "orange", "red")
SHAPES = {"ring": "○", "circle": "●", "bar": "▬", "triangle": "▲", "diamond": "◆", "square": "■"}


@dataclass(frozen=True, slots=True)
class Level:
    """One level as people see it: always colour and word and shape together."""

    id: str
    zh: str
    word: str
    colour: str
    shape: str
    means: str
    strategy: str

    @property
    def sign(self) -> str:
        return SHAPES[self.shape]


@dataclass(frozen=True, slots=True)
class Factor:
    """What a scheme shows in place of one or more cells: their highest action level."""

    id: str
    zh: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One dated scheme; two schemes can stand side by side over the same rubric."""

    id: str
    zh: str
    version: str
    levels: tuple[Level, ...]
    factors: tuple[Factor, ...]
    rubric: Rubric

    def level(self, id: str) -> Level:
        """The level with that code."""
        return next(level for level in self.levels if level.id == id)


def read_scheme(content: Mapping[str, Any], *, rubric: Rubric) -> Scheme:
    """The scheme as written in `definitions/grading`; refuses one that can't show every level."""
    required = ("id", "zh", "version", "source", "rubric", "levels", "factors")
    take.mapping(content, "", required=required, optional=("means", "valid_from"))
    if content["rubric"] != rubric.id:
        raise DefinitionError("rubric", f"没有叫“{content['rubric']}”的评级规则", f"写 rubric: {rubric.id}")
    levels = tuple(_level(raw, f"levels[{at}]") for at, raw in enumerate(take.sequence(content["levels"], "levels")))
    if sorted(level.id for level in levels) != sorted(rubric.order):
        zh = "各级与评级规则的等级对不上"
        raise DefinitionError("levels", zh, f"每级写一次，不多不少：{'、'.join(rubric.order)}")
    for key in ("colour", "zh"):
        take.unrepeated([getattr(level, key) for level in levels], "levels", "颜色或名称")
    return Scheme(
        id=content["id"],
        zh=take.text(content, "zh", ""),
        version=str(content["version"]),
        levels=levels,
        factors=_factors(content["factors"], rubric),
        rubric=rubric,
    )


def _level(raw: object, path: str) -> Level:
    content = take.mapping(raw, path, required=("id", "zh", "word", "colour", "shape", "means"), optional=("strategy",))
    if content["colour"] not in COLOURS:
        raise DefinitionError(f"{path}.colour", f"没有“{content['colour']}”这种颜色", f"可写：{'、'.join(COLOURS)}")
    if content["shape"] not in SHAPES:
        raise DefinitionError(f"{path}.shape", f"没有“{content['shape']}”这种形状", f"可写：{'、'.join(SHAPES)}")
    texts = {key: take.text(content, key, path) for key in ("zh", "word", "means", "strategy")}
    return Level(id=take.identifier(content, path), colour=content["colour"], shape=content["shape"], **texts)


def _factors(rows: Any, rubric: Rubric) -> tuple[Factor, ...]:
    found = []
    for at, raw in enumerate(take.sequence(rows, "factors")):
        content = take.mapping(raw, f"factors[{at}]", required=("id", "zh", "of"))
        found.append(Factor(take.identifier(content, f"factors[{at}]"), content["zh"], tuple(content["of"])))
    shown = sorted(cell for factor in found for cell in factor.of)
    if shown != sorted(cell.id for cell in rubric.cells):
        zh = "各因素没有正好包括每个维度一次"
        raise DefinitionError("factors", zh, f"每个维度归入一个因素：{'、'.join(cell.id for cell in rubric.cells)}")
    return tuple(found)
