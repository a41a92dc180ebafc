"""Signs that a sheet can't be trusted, what counts as change, when informants disagree: from a definition."""

from __future__ import annotations

from fractions import Fraction

from tongxin.core.instruments.definition import OPERATORS
from tongxin.core.instruments.norm import Change, Disagreement, Validity
from tongxin.core.instruments.norms import DIRECTIONS
from tongxin.core.instruments.reader import Place

SIGNS = {
    "lie_scale": ["scale", "op", "value"],
    "same_answer": ["items"],
    "blanks": ["max_missing"],
    "too_fast": ["min_seconds"],
}
CERTAINTY = Fraction(196, 100)


def read_validity(place: Place) -> tuple[Validity, ...]:
    """The validity rules: a lie scale, one answer throughout, too many blanks, too fast."""
    return tuple(_validity(entry) for entry in place.each())


def _validity(place: Place) -> Validity:
    place.keys(["id", "kind", "zh"], [*[key for keys in SIGNS.values() for key in keys], "source"])
    kind = place.at("kind").one_of(*SIGNS)
    place.keys(["id", "kind", "zh", *SIGNS[kind]], ["source"])
    return Validity(
        id=place.at("id").word(),
        kind=kind,
        zh=place.at("zh").text(),
        scale=place.at("scale").word() if place.has("scale") else "",
        op=place.at("op").one_of(*OPERATORS) if place.has("op") else "",
        value=place.at("value").whole() if place.has("value") else 0,
        items=place.at("items").words(),
        max_missing=place.at("max_missing").whole() if place.has("max_missing") else 0,
        min_seconds=place.at("min_seconds").whole() if place.has("min_seconds") else 0,
    )


def read_changes(place: Place) -> dict[str, Change]:
    """For each scale that has one, the difference from which a change is real, with its source."""
    return {name: _change(entry) for name, entry in place.entries()}


def _change(place: Place) -> Change:
    place.keys(["kind", "direction", "source"], ["points", "reliability", "sd"])
    kind = place.at("kind").one_of("reliable", "meaningful")
    if kind == "meaningful":
        square = place.keys(["kind", "direction", "source", "points"]).at("points").number() ** 2
    else:
        place.keys(["kind", "direction", "source", "reliability", "sd"])
        reliability, sd = place.at("reliability").number(), place.at("sd").number()
        if not 0 < reliability < 1:
            raise place.at("reliability").refuse("信度应在 0 与 1 之间", '照来源写，如 "0.84"')
        # Jacobson and Truax 1991: 1.96 times the standard error of a difference, here squared.
        square = CERTAINTY**2 * sd**2 * 2 * (1 - reliability)
    if square <= 0:
        raise place.refuse("变化的界值是 0", "照来源写上大于 0 的分数或标准差")
    return Change(
        square=square,
        kind=kind,
        source=place.at("source").text(),
        rising_is_worse=place.at("direction").one_of(*DIRECTIONS) == "higher_is_worse",
    )


def read_disagreement(place: Place) -> Disagreement | None:
    """From when on two informants disagree; none where the definition doesn't say."""
    if place.value is None:
        return None
    place.keys(["scale", "by", "at_least", "source"])
    return Disagreement(
        scale=place.at("scale").word(),
        by=place.at("by").one_of("band", "t_score"),
        at_least=place.at("at_least").whole(),
        source=place.at("source").text(),
    )
