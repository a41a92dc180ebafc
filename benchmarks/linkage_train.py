"""The weights of definitions/linkage/children.yaml, counted on lists whose truth is known.

`python -m benchmarks.linkage_train [rows] [seed] [--write]`: m from all true pairs, u from random pairs.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter, defaultdict
from itertools import product

import duckdb
import pyarrow as pa

from benchmarks.linkage_lists import Lists, lists
from tongxin.lib.places import definitions_folder
from tongxin.linkage.engines import Duck
from tongxin.linkage.rules import BLANK, Comparison, Rules, rules_in_force
from tongxin.linkage.settings import pattern_of, weight_columns
from tongxin.linkage.splink_engine import load, score

RANDOM_PAIRS = 4_000_000
# What true pairs (m) and others (u) get for a level that none or hardly any of them had.
LEAST_M, LEAST_U = 0.0002, 0.00000002
# Lists have codes of places; words of places weigh a trifle less.
LIKE = {"village_words": "village", "town_words": "town"}
TRIFLE = 0.999
LEVEL = re.compile(r'm: "[^"]+", u: "[^"]+"')


def main(rows: int, seed: int, *, write: bool) -> None:
    """Print every level with its m and u; put them into the definition when asked."""
    rules, made = rules_in_force(), lists(rows, seed)
    with duckdb.connect() as connection:
        engine = Duck(connection)
        load(engine, *made.sides)
        same = _counts(engine, rules, _true_pairs(made), len(made.sides[0]))
        other = _counts(engine, rules, _random_pairs(made, seed), len(made.sides[0]))
    lines = [
        (comparison.id, level.id, _told(comparison, level.id, same[at], other[at]))
        for at, comparison in enumerate(rules.comparisons)
        for level in comparison.levels
        if level.id != BLANK
    ]
    for comparison, level, told in lines:
        print(f"{comparison:>10} {level:<14} {told}")
    if write:
        path = definitions_folder() / "linkage" / "children.yaml"
        told_in_order = iter(lines)
        text = LEVEL.sub(lambda _: next(told_in_order)[2], path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")


def _true_pairs(made: Lists) -> set[tuple[int, int]]:
    here: defaultdict[int, list[int]] = defaultdict(list)
    for at, child in enumerate(made.children[0]):
        here[child].append(at)
    return {pair for to, child in enumerate(made.children[1]) for pair in product(here[child], [to])}


def _random_pairs(made: Lists, seed: int) -> set[tuple[int, int]]:
    chance = random.Random(seed)
    sizes = [len(each) for each in made.children]
    drawn = ((chance.randrange(sizes[0]), chance.randrange(sizes[1])) for _ in range(RANDOM_PAIRS))
    return {(at, to) for at, to in drawn if made.children[0][at] != made.children[1][to]}


def _counts(
    engine: Duck, rules: Rules, pairs: set[tuple[int, int]], left: int
) -> list[Counter[int]]:
    """How often each level stands in some pairs, comparison by comparison."""
    here, there = zip(*pairs, strict=True)
    table = pa.table({"l": pa.array(here, pa.int64()), "r": pa.array(there, pa.int64())})
    engine.put("asked", [table])
    engine.make("blocked", f"SELECT '0' AS match_key, l AS join_key_l, r + {left} AS join_key_r FROM asked")
    scored = score(engine, rules, 0.001)
    columns = weight_columns(rules)
    found: list[Counter[int]] = [Counter() for _ in rules.comparisons]
    for *weights, times in engine.rows(f"SELECT {columns}, count(*) FROM {scored} GROUP BY ALL"):
        for at, place in enumerate(pattern_of(rules, tuple(weights))):
            found[at][place] += times
    engine.drop("asked")
    engine.drop("blocked")
    return found


def _told(comparison: Comparison, level: str, same: Counter[int], other: Counter[int]) -> str:
    places = {each.id: at for at, each in enumerate(comparison.levels)}
    place = places[LIKE.get(level, level)]
    m, u = max(_share(same, place), LEAST_M), max(_share(other, place), LEAST_U)
    return f'm: "{m * (TRIFLE if level in LIKE else 1):.7f}", u: "{u:.9f}"'


def _share(counts: Counter[int], place: int) -> float:
    return counts[place] / sum(times for level, times in counts.items() if level)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()] or [100_000, 7]
    main(*numbers, write="--write" in sys.argv)
