# ruff: noqa: S608 -- names are our own, values are parameters
"""How many children reached each step of the loop and where the others stopped; small numbers told with neighbours.

Each child stands in one part: stopped at a step, need not go on after it, or at the goal. The two of a step together
are a part of two neighbouring steps, these of a phase, and so on up to all on file: where a part is too small to be
told, the sum of it and its neighbour still is. Clues that no file came of are counted beside: what is told of them is
hidden by itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongxin.core.indicators import hide
from tongxin.core.indicators.board import Funnel
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS, LOOP
from tongxin.core.indicators.splitting import hide_split
from tongxin.core.language import Rule, to_sql
from tongxin.core.language.dialects import DIALECTS, Engine
from tongxin.dashboards.trends import DEEPEST
from tongxin.indicators.counting import NO_CODES

FILED, CLUES, GOAL = "filed", "clues", "goal"
# The indicator that counts the same children: where it is hidden, their steps are.
CHILDREN = "children_new"
Parts = dict[Path, Counter[str]]
# Between the first and the last of several steps that are one part.
TO = "~"


def lost(step: str) -> str:
    """The part of those who stopped at a step."""
    return f"lost_{step}"


def ended(step: str) -> str:
    """The part of those who need not go on after a step."""
    return f"ended_{step}"


def left(step: str) -> str:
    """The part of those who didn't go on after a step, for whatever reason."""
    return f"at_{step}"


def tree(funnel: Funnel) -> Mapping[str, Sequence[str]]:
    """All on file split in halves again and again: first between phases, then between the steps of each."""
    found: dict[str, Sequence[str]] = {left(step.id): (lost(step.id), ended(step.id)) for step in funnel.steps[1:-1]}
    phases: dict[str, list[str]] = {}
    for step in funnel.steps[1:]:
        phases.setdefault(step.phase, []).append(GOAL if step is funnel.steps[-1] else left(step.id))
    whole = _halved([_halved(each, found) for each in phases.values()], found)
    found[FILED] = found.pop(whole)
    return found


def _halved(parts: Sequence[str], found: dict[str, Sequence[str]]) -> str:
    """The name of the whole of these parts, put with its halves into `found`."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    halves = _halved(parts[:half], found), _halved(parts[half:], found)
    name = f"{halves[0].split(TO)[0]}{TO}{halves[1].split(TO)[-1]}"
    found[name] = halves
    return name


def grouped(
    funnel: Funnel, *, source: str, first: date, last: date, engine: Engine, placeholder: str
) -> tuple[str, tuple[object, ...]]:
    """How many stand in each part, by place down to the town; `clues` are those without a file."""
    sql, params = statement(funnel, source=source, first=first, last=last, engine=engine, placeholder=placeholder)
    places = ", ".join(LEVELS[:DEEPEST])
    return f"SELECT {places}, part, count(*) FROM ({sql}) AS g GROUP BY {places}, part", params


def added(rows: Iterable[Sequence[Any]], *, codes: Mapping[Any, str] = NO_CODES) -> Parts:
    """The rows of `grouped` at every level."""
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


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one step; None where it isn't.

    Of several steps told together the first has `together`, how many stopped, need not go on or reached the goal
    from it to step number `until`; the others follow. Where it is one step, how many stopped or need not go on.
    """

    reached: int | None
    lost: int | None
    ended: int | None
    together: int | None = None
    until: int = 0
    follows: bool = False


def rows(funnel: Funnel, said: Mapping[str, int | None]) -> list[Told]:
    """By step, the first of them those found."""
    filed, clues = said.get(FILED), said.get(CLUES)
    found = [Told(None if filed is None or clues is None else filed + clues, clues, None)]
    left_over = filed
    for steps, many in _parts(tree(funnel), said, FILED):
        at, until = len(found), len(found) + len(steps) - 1
        if steps == [GOAL]:
            found.append(Told(many, None, None))
        elif until == at:
            stopped, done = (said.get(name(funnel.steps[at].id)) for name in (lost, ended))
            found.append(Told(left_over, stopped, done, many if stopped is None else None, at))
        else:
            found.append(Told(left_over, None, None, many, until))
            found += [Told(None, None, None, follows=True)] * (until - at)
        left_over = None if left_over is None or many is None else left_over - many
    return found


def _parts(
    split: Mapping[str, Sequence[str]], said: Mapping[str, int | None], whole: str
) -> Iterator[tuple[list[str], int | None]]:
    """From the first step to the goal the steps that are told by themselves or together, with how many stand there."""
    steps = list(_steps(split, whole))
    halves = split.get(whole, ())
    if len(steps) > 1 and any(said.get(each) is not None for each in halves):
        for each in halves:
            yield from _parts(split, said, each)
    else:
        yield steps, said.get(whole)


def _steps(split: Mapping[str, Sequence[str]], whole: str) -> Iterator[str]:
    """The steps that a part holds, by name."""
    if whole == FILED or TO in whole:
        for each in split[whole]:
            yield from _steps(split, each)
    else:
        yield whole
