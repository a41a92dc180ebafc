"""Two lists compared: which child stands on both, which on one alone, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from tongxin.linkage.blocking import block
from tongxin.linkage.explaining import explain
from tongxin.linkage.features import counted, features_of
from tongxin.linkage.judging import Judge
from tongxin.linkage.reading import read_list
from tongxin.linkage.record import Record, record_of
from tongxin.linkage.result import Pair, Result
from tongxin.linkage.rules import Rules, Verdict, rules_in_force
from tongxin.linkage.settling import settle

Listed = Path | Iterable[Record | Mapping[str, Any]]
Engine = Literal["auto", "python", "splink"]
# From so many rows on both sides together, the engine is worth its start.
LARGE = 20_000
PIECES = 2
_VERDICTS: dict[str, Verdict] = {
    "automatic": "same", "review": "probable", "contradictory": "contradictory", "apart": "new", "none": "new",
}


def compare(
    left: Listed, right: Listed, *, rules: Rules | None = None, engine: Engine = "auto", cluster: str = ""
) -> Result:
    """What becomes of every record of both lists.

    `left` is the list that came in, `right` the register: files (csv, parquet) or rows with the columns of `Record`.
    The keys of one list must differ, else `ValueError`. Both engines find the same.
    Large lists go to the Spark cluster at `cluster`, if one is named; `TableError` when it isn't reached.
    """
    rules = rules or rules_in_force()
    here, there = read_list(left), read_list(right)
    if engine == "splink" or (engine == "auto" and len(here) + len(there) >= LARGE):
        return _compare_large(here, there, rules, cluster)
    return _compare_small(here, there, rules)


def compare_two(
    a: Record | Mapping[str, Any], b: Record | Mapping[str, Any], rules: Rules | None = None
) -> Pair:
    """One pair explained as if both stood alone in lists of the least size."""
    rules = rules or rules_in_force()
    sides = (record_of(a), record_of(b))
    features = (features_of(sides[0]), features_of(sides[1]))
    judge, pattern = Judge(rules, 1, 1), rules.pattern(*features)
    status, probability, rule = judge.judge(pattern)
    reasons = explain(rules, pattern, sides, features, rule=rule)
    weight = sum(level.weight for level in rules.levels(pattern).values())
    return Pair(sides[0].key, sides[1].key, _VERDICTS[status], probability, reasons, weight)


def alike(listed: Listed, *, rules: Rules | None = None, engine: Engine = "auto") -> list[Pair]:
    """The pairs within one list that may be one child, the likeliest first; none with itself, each pair once.

    `same`, `probable` and `contradictory` as `compare` says them; the codes of the reasons say what held a pair back.
    """
    rules, records = rules or rules_in_force(), read_list(listed)
    found = list(counted(map(features_of, records)))
    judge = Judge(rules, len(records), len(records))
    if engine == "splink" or (engine == "auto" and 2 * len(records) >= LARGE):
        from tongxin.linkage.splink_engine import edges_large

        edges = [(at, to, pattern) for at, to, pattern in edges_large(records, records, judge) if at < to]
    else:
        pairs = sorted((at, to) for at, to in block(found, found, rules).pairs if at < to)
        edges = [(at, to, rules.pattern(found[at], found[to])) for at, to in pairs]
    pairs_found = []
    for at, to, pattern in edges:
        status, probability, rule = judge.judge(pattern)
        verdict = _VERDICTS[status]
        if verdict == "new":
            continue
        reasons = explain(rules, pattern, (records[at], records[to]), (found[at], found[to]), rule=rule)
        pairs_found.append(Pair(records[at].key, records[to].key, verdict, probability, reasons))
    return sorted(pairs_found, key=lambda pair: -pair.probability)


def _compare_large(left: Sequence[Record], right: Sequence[Record], rules: Rules, cluster: str) -> Result:
    from tongxin.linkage.splink_engine import compare_large

    if not cluster:
        return compare_large(left, right, rules)
    from tongxin.batch.spark_session import spark
    from tongxin.linkage.engines import Cluster

    with spark(cluster, is_sealed=True) as there:
        # A piece or two for each core: Spark's own two hundred cost more than the lists.
        pieces = PIECES * there.session.sparkContext.defaultParallelism
        there.session.conf.set("spark.sql.shuffle.partitions", str(pieces))
        return compare_large(left, right, rules, Cluster(there.session))


def _compare_small(left: Sequence[Record], right: Sequence[Record], rules: Rules) -> Result:
    here, there = list(counted(map(features_of, left))), list(counted(map(features_of, right)))
    blocked = block(here, there, rules)
    edges = [(at, to, rules.pattern(here[at], there[to])) for at, to in sorted(blocked.pairs)]
    judge = Judge(rules, len(left), len(right))
    settled = settle(edges, judge=judge, left=left, right=right)
    shared = ([each.phone_shared for each in here], [each.phone_shared for each in there])
    return Result(left, right, settled, judge, shared, len(edges), blocked.skipped)
