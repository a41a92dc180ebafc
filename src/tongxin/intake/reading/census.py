"""The published division codes: one county from its own file, any other from the national one."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.words import FOLDER
from tongxin.lib import strict_yaml

PLACES = FOLDER / "divisions"
NATION = PLACES / "cn-divisions-2023.parquet"


@dataclass(frozen=True, slots=True)
class Division:
    """One published division."""

    code: str
    name: str
    level: str
    parent: str


# A roster is read against its county's places several times over; a process works on few counties at once.
@lru_cache(maxsize=8)
def below(code: str) -> tuple[Division, ...]:
    """A county or a prefecture with all that lies above and below it, from the top down."""
    found = _own_file(code)
    if not found:
        rows = _ask(
            "SELECT code, name, level, coalesce(parent, '') FROM read_parquet(?) "
            "WHERE starts_with(code, ?) OR starts_with(?, code) ORDER BY length(code), code",
            [str(NATION), code, code],
        )
        found = tuple(Division(*row) for row in rows)
    if not any(entry.code == code for entry in found):
        cure = "请用六位县级区划代码，例如 --county 370116。"
        raise RosterError(f"没有代码为“{code}”的行政区划。", place="县级区划", cure=cure)
    return found


def nation() -> tuple[Division, ...]:
    """Every published division, from the top down."""
    rows = _ask(
        "SELECT code, name, level, coalesce(parent, '') FROM read_parquet(?) ORDER BY length(code), code", [str(NATION)]
    )
    return tuple(Division(*row) for row in rows)


@lru_cache(maxsize=1)
def counties() -> tuple[tuple[str, str, str, str], ...]:
    """Every county: its code, its name, its prefecture's and its province's."""
    rows = _ask(
        "SELECT code, name, level, coalesce(parent, '') FROM read_parquet(?) "
        "WHERE level IN ('province', 'prefecture', 'county') ORDER BY code",
        [str(NATION)],
    )
    above = {code: (name, parent) for code, name, level, parent in rows if level != "county"}
    found = []
    for code, name, level, parent in rows:
        if level == "county":
            prefecture, province = above.get(parent, ("", ""))
            found.append((code, name, prefecture, above.get(province, ("", ""))[0]))
    return tuple(found)


def counties_with(names: Iterable[str]) -> list[tuple[str, int]]:
    """The counties in which most of `names` are towns or villages, with how many of them are."""
    rows = _ask(
        "SELECT left(code, 6), count(DISTINCT name) n FROM read_parquet(?) "
        "WHERE level IN ('township', 'village') AND name IN (SELECT unnest(?)) "
        "GROUP BY 1 ORDER BY n DESC, 1 LIMIT 12",
        [str(NATION), sorted(set(names))],
    )
    return [(code, count) for code, count in rows]


@lru_cache(maxsize=1)
def former_names() -> dict[str, list[str]]:
    """What counties were called before."""
    path = PLACES / "former-names.yaml"
    document = strict_yaml.load(path, name=f"definitions/divisions/{path.name}")
    found: dict[str, list[str]] = document.content["former"]
    return found


def names_above(entries: Iterable[Division]) -> tuple[str, ...]:
    """What may stand before a town's name, in the order in which it is taken off."""
    found: list[str] = []
    for entry in entries:
        if entry.level in ("province", "prefecture", "county"):
            short = entry.name[:-1] if len(entry.name) > 2 else entry.name
            former = former_names().get(entry.code, ())
            found += [*former, entry.name, entry.name.removesuffix("自治区"), short + "市", short]
    return tuple(dict.fromkeys(name for name in found if len(name) > 1 and name != "市辖区"))


def _own_file(code: str) -> tuple[Division, ...]:
    for path in PLACES.glob(f"*-{code}.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            return tuple(Division(row["code"], row["name"], row["level"], row["parent"]) for row in rows)
    return ()


def _ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        found: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
    return found
