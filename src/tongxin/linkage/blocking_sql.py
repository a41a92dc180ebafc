"""The pairs that share a key, by SQL: the same that `blocking.block` finds, for more rows than memory holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tongxin.linkage.dialects import Dialect
from tongxin.linkage.rules import Rules

# The table of both lists; rows of the left one come first, numbered from 0.
TABLE = "records"


def keys_query(number: int, rules: Rules, dialect: Dialect) -> str:
    """Row and key of every record that has all parts of one key; several where a part has several columns."""
    ways = product(*rules.keys[number])
    return " UNION ".join(
        f"SELECT row, {dialect.digest}({', '.join(way)}) AS k FROM {TABLE} WHERE "
        + " AND ".join(f"{column} IS NOT NULL" for column in way)
        for way in ways
    )


def counts_query(keys: str, left: int, rules: Rules) -> str:
    """The keys of a table that both lists have, each with whether few enough share it."""
    return (
        f"SELECT k, n * m <= {rules.most} AS few FROM "
        f"(SELECT k, sum(CASE WHEN row < {left} THEN 1 ELSE 0 END) AS n, "
        f"sum(CASE WHEN row < {left} THEN 0 ELSE 1 END) AS m FROM {keys} GROUP BY k) AS c WHERE n > 0 AND m > 0"
    )


def pairs_query(keys: str, counts: str, left: int) -> str:
    """The pairs of rows, left and right, that share one of the keys few share."""
    sides = [
        f"(SELECT {keys}.k, row FROM {keys} JOIN {counts} ON {keys}.k = {counts}.k WHERE few AND row {sign} {left})"
        for sign in ("<", ">=")
    ]
    return f"SELECT a.row AS l, b.row AS r FROM {sides[0]} AS a JOIN {sides[1]} AS b ON a.k = b.k"


def steps(left: int, rules: Rules, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Tables to make one after the other, as name and query; `pairs_0` and so on hold the pairs of each key."""
    for number in range(len(rules.keys)):
        yield f"keys_{number}", keys_query(number, rules, dialect)
        yield f"counts_{number}", counts_query(f"keys_{number}", left, rules)
        yield f"pairs_{number}", pairs_query(f"keys_{number}", f"counts_{number}", left)


def all_pairs_query(rules: Rules) -> str:
    """Every pair once, as Splink takes it."""
    union = " UNION ".join(f"SELECT l, r FROM pairs_{number}" for number in range(len(rules.keys)))
    return f"SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM ({union}) AS p"


def skipped_query(rules: Rules) -> str:
    """How many keys too many share."""
    union = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM counts_{number} WHERE NOT few" for number in range(len(rules.keys))
    )
    return f"SELECT sum(n) FROM ({union}) AS s"
