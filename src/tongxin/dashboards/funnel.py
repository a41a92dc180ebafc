# ruff: noqa: S608 -- names are our own, values are parameters
"""How many children reached each step of the loop and where the others stopped; small numbers hidden with neighbours.

Each child stands in one part: stopped at a step, need not go on after it, or at the goal. Clues that no file came of
are counted beside: what is told of them is hidden by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from tongxin.core.indicators import hide
from tongxin.core.indicators.board import Funnel
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS, LOOP
from tongxin.core.indicators.splitting import hide_split
from tongxin.core.language import Rule, to_sql
from tongxin.core.language.dialects import DIALECTS, Engine
from tongxin.indicators.counting import Ask

FILED, CLUES, GOAL, REST = "filed", "clues", "goal", "rest"
# The indicator that counts the same children: where it is hidden, their steps are.
CHILDREN = "children_new"
Parts = dict[Path, Counter[str]]


def lost(step: str) -> str:
    """The part of those who stopped at a step."""
    return f"lost_{step}"


def ended(step: str) -> str:
    """The part of those who need not go on after a step."""
    return f"ended_{step}"


def tree(funnel: Funnel) -> Mapping[str, Sequence[str]]:
    """Those on file split by phase, one phase after the other from all that come later; each phase by its parts."""
    phases: dict[str, list[str]] = {}
    for step in funnel.steps[1:-1]:
        phases.setdefault(step.phase, []).extend((lost(step.id), ended(step.id)))
    phases.setdefault(funnel.steps[-1].phase, []).append(GOAL)
    found: dict[str, Sequence[str]] = {}
    whole, left = FILED, list(phases)
    for at, phase in enumerate(left[:-1]):
        rest = f"{REST}_{at}" if len(left) - at > 2 else f"phase_{left[-1]}"
        found[whole] = (f"phase_{phase}", rest)
        whole = rest
    return found | {f"phase_{phase}": parts for phase, parts in phases.items()}


def count_steps(
    funnel: Funnel, *, source: str, first: date, last: date, ask: Ask, engine: Engine, placeholder: str,
    codes: Mapping[Any, str],
) -> Parts:
    """By place, at every level, how many stand in each part; `clues` are those without a file."""
    sql, params = statement(funnel, source=source, first=first, last=last, engine=engine, placeholder=placeholder)
    places = ", ".join(LEVELS)
    rows = ask(f"SELECT {places}, part, count(*) FROM ({sql}) AS g GROUP BY {places}, part", params)
    found: Parts = {}
    for *ids, part, many in rows:
        path = tuple(codes.get(each, each) for each in ids)
        for depth in range(len(path) + 1):
            if None not in path[: max(depth - 1, 0)]:
                found.setdefault(path[:depth], Counter())[part] += int(many)
    return found


def statement(
    funnel: Funnel, *, source: str, first: date, last: date, engine: Engine, placeholder: str
) -> tuple[str, tuple[object, ...]]:
    """Every row of the loop found in the period, with its `part`."""
    cases, params = [], list[object]()

    def said(rule: Rule) -> str:
        sql, more = to_sql(rule, columns={name: f"f.{name}" for name in LOOP.facts}, dialect=engine,
                           placeholder=placeholder)
        params.extend(more)
        return f"({sql}) IS TRUE"

    for step, following in zip(funnel.steps, funnel.steps[1:], strict=False):
        reached = said(following.reached)
        if step is funnel.steps[0]:
            cases.append(f"WHEN NOT ({reached}) THEN '{CLUES}'")
        else:
            ends = [said(each) for each in (step.ends, funnel.ends) if each is not None]
            cases.append(
                f"WHEN NOT ({reached}) THEN CASE WHEN {' OR '.join(ends)} THEN '{ended(step.id)}' "
                f"ELSE '{lost(step.id)}' END"
            )
    day = DIALECTS[engine].day(placeholder)
    return (
        f"SELECT f.*, CASE {' '.join(cases)} ELSE '{GOAL}' END AS part FROM ({source}) AS f "
        f"WHERE f.found_on BETWEEN {day} AND {day}", (*params, first.isoformat(), last.isoformat()),
    )


def told(funnel: Funnel, counted: Parts, *, under: int, also: Iterable[Path] = ()) -> dict[Path, dict[str, int | None]]:
    """By place each part and whole, None where it is hidden; `also` are places whose number of files is hidden."""
    split = tree(funnel)
    numbers = {path: _summed(each, split) for path, each in counted.items()}
    hidden = hide_split(numbers, split, root=FILED, under=under, also=also)
    hidden[CLUES] = hide({path: (each[CLUES],) for path, each in counted.items()}, under=under)
    return {
        path: {name: None if path in places else ({**numbers[path], CLUES: each[CLUES]})[name]
               for name, places in hidden.items()}
        for path, each in counted.items()
    }


def exact(funnel: Funnel, parts: Mapping[str, int], *, clues: int | None) -> dict[str, int | None]:
    """Every part and whole, for whoever may see each of the children; `clues` as they are told."""
    return {**_summed(parts, tree(funnel)), CLUES: clues}


def _summed(parts: Mapping[str, int], split: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}

    def put(name: str) -> int:
        found[name] = sum(map(put, split[name])) if name in split else parts.get(name, 0)
        return found[name]

    put(FILED)
    return found


def reached(funnel: Funnel, said: Mapping[str, int | None]) -> list[int | None]:
    """How many reached each step, None where that isn't told."""
    split = tree(funnel)
    filed, clues = said.get(FILED), said.get(CLUES)
    found: list[int | None] = [None if filed is None or clues is None else filed + clues]
    for phase, left in _phases(split, said):
        for part in split[phase]:
            if not part.startswith("ended_"):
                found.append(left)
            much = said.get(part)
            left = None if left is None or much is None else left - much
    return found


def _phases(split: Mapping[str, Sequence[str]], said: Mapping[str, int | None]) -> Iterable[tuple[str, int | None]]:
    """Each phase with how many came to its first step."""
    whole = FILED
    while whole in split and not whole.startswith("phase_"):
        phase, rest = split[whole]
        yield phase, said.get(whole)
        whole = rest
    yield whole, said.get(whole)
