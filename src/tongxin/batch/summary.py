"""What a result comes to, counted: bands, alarms, gaps, trust, and the same by place, school, class, age, sex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tongxin.batch.dialects import quoted
from tongxin.batch.engines import Duck
from tongxin.batch.request import AGE, MISSING, SEX, band_heading, judged_apart
from tongxin.batch.results import Result
from tongxin.core.instruments.definition import Instrument, Scale
from tongxin.core.screening import Line, hide_small

MOST_LINES = 300
UNUSED = (
    ("no_norm", "无适用常模", "答完了，但没有适用的界值，不分段"),
    ("incomplete", "没有答完", "缺答超过量表允许的题数，没有总分"),
    ("invalid", "效度存疑", "效度规则没有通过，总分只供参考；报警照常"),
)
SEXES = {"male": "男", "female": "女"}
UNTOLD = "没有写"
BY_SCALE = "各分量表的界值不同，见各表的说明"
YEAR = 12


@dataclass(frozen=True, slots=True)
class Column:
    """What is counted, and how it is defined."""

    code: str
    zh: str
    means: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A scale by whose bands, in the column `band` of the result, sheets are sorted; all, or those `within`."""

    zh: str
    band: str
    columns: tuple[Column, ...]
    means: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts in lines that share their columns; `parts` of each line add up to its total."""

    zh: str
    means: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole result: rows, each table, the spread of the total."""

    rows: int
    tables: tuple[Table, ...]
    total: tuple[float | None, float | None, int]


def summarize(engine: Duck, result: Result, instrument: Instrument, *, at_least: int) -> Summary:
    """The counts of `result`; none below `at_least` is told, nor any from which it could be worked out."""
    engine.rows(f"CREATE OR REPLACE TEMP VIEW scored AS {result.query}")
    alarms, measured = _alarms(instrument), _measured(instrument, result)
    tables = [
        *(_table(engine, f"全部{each.zh}", each.means, "''", each, at_least) for each in measured),
        *_alarm_tables(engine, alarms, at_least),
    ]
    if MISSING in result.columns:
        tables.append(_missing(engine, at_least))
    for zh, key in _groups(result):
        tables += [_table(engine, f"按{zh}{each.zh}", "各段人数。", key, each, at_least) for each in measured]
        if alarms:
            any_alarm = Measured("", "band", _any_alarm(), "")
            tables.append(_table(engine, f"按{zh}：报警", "有任一报警的答卷。", key, any_alarm, at_least))
    rows = int(engine.one("SELECT count(*) FROM scored")[0])
    spread_of = "SELECT avg(total), stddev_samp(total), count(total) FROM scored WHERE status = 'ok'"
    mean, spread, many = engine.one(spread_of)
    told = many >= at_least
    return Summary(rows, tuple(tables), (mean if told else None, spread if told else None, int(many) if told else 0))


def _measured(instrument: Instrument, result: Result) -> list[Measured]:
    """By what the sheets are sorted: the main scale, or each with bands where that one has none."""
    apart = [scale for scale in judged_apart(instrument) if band_heading(scale) in result.columns]
    if not apart:
        means = "每份答卷按主量表的分数归入一段；不能归段的另列。"
        return [Measured("", "band", _columns(instrument, instrument.main), means)]
    found = []
    for scale in apart:
        columns = _columns(instrument, scale)
        edges = "；".join(f"{column.zh} {column.means}" for column in columns[: -len(UNUSED)])
        shown = tuple(Column(each.code, each.zh, BY_SCALE) for each in columns[: -len(UNUSED)])
        within = ""
        if scale.ages and AGE in result.columns:
            within = f"WHERE {AGE} IS NULL OR {AGE} BETWEEN {scale.ages[0] // YEAR} AND {scale.ages[1] // YEAR}"
        means = f"每份答卷按{scale.zh}归入一段；不能归段的另列。{edges}。"
        heading = band_heading(scale)
        found.append(Measured(f"：{scale.zh}", heading, (*shown, *columns[-len(UNUSED) :]), means, within))
    return found


def _columns(instrument: Instrument, scale: Scale) -> tuple[Column, ...]:
    """Every band of a scale, of any norm, from the best on; then what has none."""
    bands: dict[str, Column] = {}
    for norm in instrument.norms:
        for band in sorted(norm.bands.get(scale.id, ()), key=lambda band: band.severity):
            edge = f"{_number(band.start)}—{_number(band.end)} 分" if len(instrument.norms) == 1 else "界值随常模而定"
            bands.setdefault(band.code, Column(band.code, band.zh, edge))
    return (*bands.values(), *(Column(*each) for each in UNUSED))


def _number(value: Fraction) -> str:
    return f"{float(value):g}"


def _alarms(instrument: Instrument) -> dict[str, str]:
    return {each.alert: each.zh for item in instrument.items for each in item.critical}


def _any_alarm() -> tuple[Column, ...]:
    return (Column("alarm", "有报警", "有一题或几题达到报警的回答"), Column("none", "没有报警", "没有这样的回答"))


def _alarm_tables(engine: Duck, alarms: dict[str, str], at_least: int) -> Iterable[Table]:
    """One line an alarm; a sheet with several stands in each of their lines."""
    lines = []
    for code, zh in alarms.items():
        raised = f"list_contains(string_split(alerts, ';'), {quoted(code)})"
        hit, miss = engine.one(f"SELECT count(*) FILTER ({raised}), count(*) FILTER (NOT {raised}) FROM scored")
        hidden = hide_small([[int(hit), int(miss)]], at_least=at_least)
        counts = tuple(None if (0, place) in hidden else int(n) for place, n in enumerate((hit, miss)))
        lines.append(Line(zh, counts, int(hit + miss)))
    if lines:
        means = "危险条目单独报警，不看总分、不看是否答完；一份答卷可以有几种报警。"
        yield Table("报警", means, _any_alarm(), tuple(lines))


def _missing(engine: Duck, at_least: int) -> Table:
    names = ("没有缺", "缺 1 题", "缺 2 题", "缺 3 题及以上")
    columns = tuple(Column(f"m{n}", zh, "没有答、或答不上号的计分题") for n, zh in enumerate(names))
    found = [f"count(*) FILTER (least({MISSING}, 3) = {n})" for n in range(4)]
    counts = [int(n) for n in engine.one(f"SELECT {', '.join(found)} FROM scored")]
    return Table("缺答", "按每份答卷缺几题计份数。", columns, (_hidden([("全部", counts)], at_least)[0],))


def _groups(result: Result) -> list[tuple[str, str]]:
    groups = [(zh, f"b{index}") for index, zh in enumerate(result.by)]
    if SEX in result.columns:
        whens = " ".join(f"WHEN {quoted(code)} THEN {quoted(zh)}" for code, zh in SEXES.items())
        groups.append(("性别", f"CASE {SEX} {whens} ELSE '' END"))
    if AGE in result.columns:
        groups.append(("年龄", f"coalesce({AGE} || ' 岁', '')"))
    return groups


def _table(engine: Duck, zh: str, means: str, key: str, by: Measured, at_least: int) -> Table:
    counts = ", ".join(f"count(*) FILTER ({_holds(column.code, by.band)})" for column in by.columns)
    largest = f"ORDER BY count(*) DESC, k LIMIT {MOST_LINES}"
    sheets = f"(SELECT * FROM scored {by.within})"
    found = engine.rows(f"SELECT {key} AS k, {counts} FROM {sheets} GROUP BY k {largest}")
    rows = [(str(name), [int(n) for n in numbers]) for name, *numbers in found]
    if len(rows) == MOST_LINES:
        whole = [int(n) for n in engine.one(f"SELECT {counts} FROM {sheets}")]
        rest = [all - sum(numbers[place] for _, numbers in rows) for place, all in enumerate(whole)]
        rows.append((f"其余（只列人数最多的 {MOST_LINES} 组）", rest))
    rows = _pooled(rows, at_least) if key != "''" else [("全部", rows[0][1] if rows else [0] * len(by.columns))]
    return Table(zh, means, by.columns, tuple(_hidden(rows, at_least)))


def _holds(code: str, band: str) -> str:
    """SQL for what a column counts: each sheet stands in one column of a table."""
    conditions = {
        "no_norm": f"status = 'ok' AND {band} IS NULL",
        "incomplete": "status = 'incomplete'",
        "invalid": "status = 'invalid'",
        "alarm": "alerts <> ''",
        "none": "alerts = ''",
    }
    return conditions.get(code) or f"status = 'ok' AND {band} = {quoted(code)}"


def _pooled(rows: Sequence[tuple[str, list[int]]], at_least: int) -> list[tuple[str, list[int]]]:
    """Groups of few children in one line, so that none of them can be told."""
    large = [(name or UNTOLD, numbers) for name, numbers in rows if sum(numbers) >= at_least]
    small = [numbers for _, numbers in rows if sum(numbers) < at_least]
    large.sort(key=lambda row: _order(row[0]))
    if small:
        pooled = [sum(numbers) for numbers in zip(*small, strict=True)]
        large.append((f"人数不足 {at_least} 的 {len(small)} 组", pooled))
    return large


def _order(name: str) -> tuple[int, int, str]:
    digits = name.partition(" ")[0]
    return (name == UNTOLD, int(digits) if digits.isascii() and digits.isdigit() else 1 << 30, name)


def _hidden(rows: Sequence[tuple[str, list[int]]], at_least: int) -> list[Line]:
    table = [numbers for _, numbers in rows]
    hidden = hide_small(table, at_least=at_least)
    return [
        Line(
            name,
            tuple(None if (place, column) in hidden else n for column, n in enumerate(numbers)),
            sum(numbers) if sum(numbers) >= at_least or not sum(numbers) else None,
        )
        for place, (name, numbers) in enumerate(rows)
    ]
