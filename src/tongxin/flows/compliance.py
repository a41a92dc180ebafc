"""The yearly compliance report: figures with their definitions, as a page, a paper, a workbook and one archive."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import xlsxwriter
from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.documents import typesetting
from tongxin.flows.compliance_figures import Year, figures_of, in_use_since
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.registers import EITHER
from tongxin.lib import ids
from tongxin.registers.rules import KIND
from tongxin.rulebook import rules, shipped
from tongxin.vault import Owner

NAME = "compliance"
FIRST = 2020
NO_YEAR = "没有做报告：只能做 {first} 年到今年的。"


@dataclass(frozen=True, slots=True)
class Figure:
    id: str
    zh: str
    unit: str
    means: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Section:
    zh: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One county's year in numbers; `until` is how far it was counted."""

    county_zh: str
    year: int
    until: datetime
    is_whole: bool
    zh: str
    source: str
    means: str
    blank: str
    sections: tuple[Section, ...]

    def shown(self, figure: Figure) -> str:
        return self.blank if figure.number is None else f"{figure.number} {figure.unit}".strip()


def report_of(*, county_id: int, year: int, at: datetime) -> Report:
    """The report, counted now."""
    if not FIRST <= year <= at.astimezone(CHINA).year:
        raise Refused.because(NO_YEAR.format(first=FIRST))
    begins, after = datetime(year, 1, 1, tzinfo=CHINA), datetime(year + 1, 1, 1, tzinfo=CHINA)
    ends = min(after, at + timedelta(microseconds=1))
    region = rules.region_of(county_id)
    content = shipped.content_in_force(KIND, NAME, region=region, at=at)
    since = in_use_since(county_id)
    # Nothing was counted before anybody worked here: that is not known, and no 0.
    numbers = figures_of(Year(county_id, begins, ends)) if since and since < ends else {}
    return Report(
        county_zh=str(Division.objects.get(id=county_id).name), year=year, until=min(after, at), is_whole=after <= at,
        zh=content["zh"], source=content["source"], means=content["means"], blank=content["blank"],
        sections=tuple(
            Section(each["zh"], tuple(
                Figure(one["id"], one["zh"], one.get("unit", ""), one["means"], numbers.get(one["id"]))
                for one in each["figures"]
            )) for each in content["sections"]
        ),
    )


def archive_of(report: Report) -> bytes:
    """The report in one file: paper, workbook, data, and the list of their hashes."""
    files = {"report.pdf": _paper(report), "report.xlsx": _workbook(report), "figures.json": _data(report)}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, "SHA256SUMS": sums.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, (report.until.year, report.until.month, report.until.day, 0, 0, 0)),
                             content)
    return made.getvalue()


def compile_report(*, county_id: int, year: int, actor: Viewer, at: datetime) -> tuple[Report, bytes]:
    """The archive, and on record that it was made and what its hash is."""
    if not any(access.may_do(viewer=actor, action=each, at=at) for each in EITHER):
        raise NotAllowed
    report = report_of(county_id=county_id, year=year, at=at)
    made = archive_of(report)
    subject = Owner("file", ids.new_id())
    vault.create_keys([subject], at=at)
    with transaction.atomic():
        ledger.record(
            kind="report.compiled", subject=subject, actor=actor, at=at, is_fact=True,
            clear={"county": county_id, "year": year, "sha256": hashlib.sha256(made).hexdigest()},
        )
    return report, made


def _data(report: Report) -> bytes:
    rows = [
        {"section": section.zh, "id": figure.id, "zh": figure.zh, "number": figure.number, "unit": figure.unit,
         "means": figure.means} for section in report.sections for figure in section.figures
    ]
    told = {"county": report.county_zh, "year": report.year, "until": report.until.astimezone(CHINA).isoformat(),
            "is_whole": report.is_whole, "blank": report.blank, "source": report.source, "figures": rows}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def until_zh(report: Report) -> str:
    """How far the numbers go."""
    day = report.until.astimezone(CHINA)
    return "全年" if report.is_whole else f"截至 {day.year}年{day.month}月{day.day}日"


def _workbook(report: Report) -> bytes:
    made = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, plain) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("指标")
        for column, width in enumerate((18, 30, 12, 8, 70)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, f"{report.county_zh} {report.year} 年 {report.zh}（{until_zh(report)}）", bold)
        for column, heading in enumerate(("部分", "指标", "数", "单位", "怎么数的")):
            sheet.write_string(1, column, heading, bold)
        row = 2
        for section in report.sections:
            for figure in section.figures:
                sheet.write_string(row, 0, section.zh)
                sheet.write_string(row, 1, figure.zh)
                if figure.number is None:
                    sheet.write_string(row, 2, report.blank)
                else:
                    sheet.write_number(row, 2, figure.number)
                sheet.write_string(row, 3, figure.unit)
                sheet.write_string(row, 4, figure.means, wrapped)
                row += 1
        sheet.freeze_panes(2, 2)
    return made.getvalue()


def _paper(report: Report) -> bytes:
    day = report.until.astimezone(CHINA)
    return typesetting.pdf({
        "title": f"{report.year} 年{report.zh}", "brand": report.county_zh, "file_no": until_zh(report),
        "watermark": "", "printed": f"由系统统计于 {day.year}年{day.month}月{day.day}日", "lead": report.means,
        "head": [], "warning": "", "before": [], "after": [], "slip": None, "notes": [f"依据：{report.source}"],
        "sections": [{
            "zh": section.zh, "help": "",
            "parts": [{"lines": [_line(report, each) for each in section.figures]}],
        } for section in report.sections],
        "signatures": [{"zh": "个人信息保护负责人"}, {"zh": "单位", "seal": True}],
    })


def _line(report: Report, figure: Figure) -> dict[str, Any]:
    return {"cells": [{"zh": figure.zh, "value": f"{report.shown(figure)}\n{figure.means}"}]}
