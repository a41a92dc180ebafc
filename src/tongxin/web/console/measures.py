"""What questionnaires have shown of a child over time, for those who may read their bands; no answer is opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tongxin.assessments.rulings import rulings_in
from tongxin.core.instruments import Instrument
from tongxin.core.instruments.change import Verdict, changed
from tongxin.core.instruments.definition import Scale
from tongxin.core.instruments.informants import WHO_ZH
from tongxin.core.instruments.norm import Band
from tongxin.core.instruments.side_by_side import Told, compare
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.web.console.file import File

WIDE, HIGH, EDGE = 240, 60, 8
MOST = 8
VERDICTS = {
    "better": "▼ 比上一次好转：相差 {difference} 分，达到 {points} 分",
    "worse": "▲ 比上一次加重：相差 {difference} 分，达到 {points} 分",
    "unsure": "● 与上一次相差 {difference} 分，不到 {points} 分，不能说有变化",
}
NO_MEASURE = "没有可靠变化的依据，只看走向，不下结论。"


@dataclass(frozen=True, slots=True)
class Point:
    """One filled questionnaire: when, and what each of its scales came to."""

    at: date
    totals: Mapping[str, Decimal | None]
    bands: Mapping[str, str | None]
    is_trusted: bool


def measures(file: File) -> dict[str, Any] | None:
    """The trends by questionnaire and the informants side by side; nothing where there is nothing to read."""
    found = _points(file)
    if not found:
        return None
    known = rulings_in(region=file.region, at=file.request.at)[0].instruments
    trends = [_trend(known[id], points) for id, points in found.items()]
    latest = {id: points[-1] for id, points in found.items()}
    families: dict[str, list[Instrument]] = defaultdict(list)
    for id in latest:
        families[known[id].family].append(known[id])
    sides = [_side(group, latest) for group in families.values() if len(group) > 1]
    return {"trends": trends, "sides": [side for side in sides if side]}


def trends_among(file: File, entries: Collection[str]) -> list[dict[str, Any]]:
    """The trends of what some entries measured, for whoever may read those entries."""
    known = rulings_in(region=file.region, at=file.request.at)[0].instruments
    return [_trend(known[id], points) for id, points in _points(file, among=entries).items()]


def _points(file: File, among: Collection[str] | None = None) -> dict[str, list[Point]]:
    """The scores of the entries that stand, oldest first, by questionnaires whose bands the viewer may read."""
    if among is None and "psychological" not in file.parts:
        return {}
    known = rulings_in(region=file.region, at=file.request.at)[0].instruments
    gone = {entry.supersedes_id for entry in file.entries if entry.supersedes_id}
    found: dict[str, list[Point]] = defaultdict(list)
    for entry in sorted(file.readable, key=lambda each: (each.occurred_at, each.subject_seq)):
        if entry.id in gone or entry.correction_kind in WITHDRAWN:
            continue
        if among is not None and str(entry.id) not in among:
            continue
        for id, score in file.results.get(str(entry.id), {}).get("scores", {}).items():
            if id in known and file.request.viewer.roles & set(known[id].roles.get("read_band", ())):
                totals = {name: Decimal(text) if text is not None else None for name, text in score["totals"].items()}
                on = entry.occurred_at.astimezone(CHINA).date()
                found[id].append(Point(on, totals, score["bands"], score["status"] != "invalid"))
    return found


def _trend(instrument: Instrument, points: Sequence[Point]) -> dict[str, Any]:
    scale, shown = _headline(instrument), points[-MOST:]
    valued = [point for point in shown if point.is_trusted and point.totals.get(scale.id) is not None]
    return {
        "zh": instrument.zh, "scale_zh": scale.zh,
        "rows": [_row(instrument, scale, point) for point in reversed(shown)],
        "line": _line(scale, [point.totals[scale.id] for point in valued]) if len(valued) > 1 else None,
        "verdict": _verdict(instrument, scale, valued) if len(valued) > 1 else "",
        "others": [
            f"{other.zh} {points[-1].totals.get(other.id)}（{band.zh}）"
            for other in instrument.scales
            if other.id != scale.id and (band := _band(instrument, other.id, points[-1].bands.get(other.id)))
        ],
        "note": "" if instrument.validated else "译文未经效度验证，结果仅供参考。",
    }


def _headline(instrument: Instrument) -> Scale:
    """The scale that stands for the whole: the first with bands, else the main one."""
    banded = {name for norm in instrument.norms for name in norm.bands}
    return next((scale for scale in instrument.scales if scale.id in banded), instrument.main)


def _row(instrument: Instrument, scale: Scale, point: Point) -> dict[str, Any]:
    band = _band(instrument, scale.id, point.bands.get(scale.id))
    total = point.totals.get(scale.id)
    said = band.zh if band else "无适用常模" if total is not None else "未答完，没有总分"
    return {"at": point.at, "total": "—" if total is None else total, "zh": said, "is_trusted": point.is_trusted}


def _band(instrument: Instrument, scale: str, code: str | None) -> Band | None:
    found = (norm.band(scale, code) for norm in instrument.norms if code)
    return next((band for band in found if band), None)


def _line(scale: Scale, totals: Sequence[Decimal | None]) -> dict[str, Any]:
    """The scores as points of a drawing, the whole range of the scale from bottom to top."""
    low, high = float(scale.low), float(scale.high)
    step = (WIDE - 2 * EDGE) / (len(totals) - 1)
    rise = (HIGH - 2 * EDGE) / (high - low)
    spots = [
        (round(EDGE + at * step, 1), round(HIGH - EDGE - (float(total or 0) - low) * rise, 1))
        for at, total in enumerate(totals)
    ]
    return {"points": " ".join(f"{x},{y}" for x, y in spots), "spots": spots, "wide": WIDE, "high": HIGH}


def _verdict(instrument: Instrument, scale: Scale, points: Sequence[Point]) -> str:
    before, after = points[-2].totals[scale.id], points[-1].totals[scale.id]
    verdict: Verdict | None = changed(instrument, scale.id, before=before, after=after)
    if verdict is None:
        return NO_MEASURE
    said = VERDICTS[verdict.code].format(difference=f"{float(abs(verdict.difference)):g}", points=f"{verdict.points:g}")
    return f"{said}（{verdict.source}）。"


def _side(group: Sequence[Instrument], latest: Mapping[str, Point]) -> dict[str, Any] | None:
    """The newest results of several informants, none averaged with another."""
    told = [
        Told(
            each, each.informants[0].code,
            {scale.id: _band(each, scale.id, latest[each.id].bands.get(scale.id)) for scale in each.scales}, {},
        )
        for each in group
    ]
    compared = compare(told)
    rule = group[0].disagreement
    if rule is None:
        return None
    said = {
        True: "◆ 几方说法不一致：先按较重的一方处理，并当面核实。",
        False: "○ 几方说法没有明显出入。",
        None: "有一方没有结果，不能比较。",
    }
    return {
        "zh": group[0].scale(rule.scale).zh, "said": said[compared.disagree], "disagree": bool(compared.disagree),
        "rows": [
            {"who": WHO_ZH[each.informant], "holds": bool(compared.disagree) and at == compared.worst,
             **_row(each.instrument, each.instrument.scale(rule.scale), latest[each.instrument.id])}
            for at, each in enumerate(told)
        ],
    }
