"""Which county a roster is about, from its titles or from the places in it."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tongxin.intake.reading import census
from tongxin.intake.reading.divisions import Divisions
from tongxin.intake.reading.text import compact

_TOWN = re.compile(r"街道|镇|乡")
_WORD = re.compile(r"[\u3400-\u9fff]+")


def choose(*, titles: Iterable[str], places: Sequence[str]) -> str | None:
    """The code of the one county that titles or places point to; nothing where two are as likely."""
    text = "".join(compact(title) for title in titles)
    if own := _own_county(text):
        return own
    named = _named(text)
    if len(named) == 1:
        return named[0]
    likely = named or [code for code, _ in census.counties_with(_candidates(places))]
    return _best(likely, places)


def _own_county(text: str) -> str | None:
    """A county that has its own file here, so that the nation's need not be opened."""
    found = []
    for path in census.PLACES.glob("*-??????.csv"):
        code = Path(path).stem.rpartition("-")[2]
        names = [entry.name for entry in census.below(code) if entry.code == code]
        names += census.former_names().get(code, [])
        found += [code] if any(name in text for name in names) else []
    return found[0] if len(found) == 1 else None


def _named(text: str) -> list[str]:
    """The counties whose names stand in `text`; of one name, those whose prefecture stands there too."""
    found = [each for each in census.counties() if len(each[1]) > 2 and each[1] in text]
    names = {each[1] for each in found}
    longest = [each for each in found if not any(each[1] != name and each[1] in name for name in names)]
    same_prefecture = [each for each in longest if each[2] in text]
    same_province = [each for each in longest if each[3] in text]
    return [each[0] for each in same_prefecture or same_province or longest]


def _candidates(places: Sequence[str]) -> set[str]:
    """What could be a town's or village's full name in the places written."""
    names: set[str] = set()
    for place in places:
        for run in _WORD.findall(compact(place)):
            names.add(run)
            for end in (match.end() for match in _TOWN.finditer(run)):
                names.update(run[start:end] for start in range(max(0, end - 10), end - 1))
                names.add(run[end:])
    return {name for name in names if 1 < len(name) <= 30}


def _best(likely: Sequence[str], places: Sequence[str]) -> str | None:
    score = {code: _resolved(Divisions.load(code), places) for code in likely[:6]}
    ranked = sorted(score, key=lambda code: -score[code])
    if not ranked or not score[ranked[0]]:
        return None
    return ranked[0] if len(ranked) == 1 or score[ranked[0]] > score[ranked[1]] else None


def _resolved(divisions: Divisions, places: Sequence[str]) -> int:
    found = [divisions.place(village=place) for place in places]
    return sum(2 if len(place.code or "") > 9 else 1 if place.code else 0 for place in found)
