"""What a report says, for every shape it leaves in: Word, PDF, a workbook."""

from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.documents.questions import NARROW, paired
from tongxin.reports.models import Report

FEW = "“没有记录”不是零；“不显示”是人数很少的数和能推算出它的数，以免认出孩子。"
NOTE = (
    f"报告里的数是生成时的数，每个数怎样算见“指标”。{FEW}"
    "报告里不写孩子的姓名和身份证号。"
)
SHAPES = {"docx": "Word", "pdf": "PDF", "xlsx": "Excel"}
OF_WHICH = "　其中："


def content(row: Report, *, texts: Mapping[str, str], maker: str, checker: str, day: str) -> dict[str, Any]:
    """The placeholders of a Word file, by name; `n` holds each figure by its indicator's id."""
    sections = [_section(each, texts.get(each["id"], "")) for each in row.figures]
    return {
        "title": row.title, "place": row.division.name, "period": row.period, "state": row.get_state_display(),
        "sections": sections, "note": NOTE, "maker": maker, "checker": checker or "（尚未核对）", "day": day,
        # A layout may name a figure by that of now, for which the one of the last day stands.
        "n": {
            id: figure["said"] for each in row.figures for figure in each["rows"]
            for id in (figure["id"], *figure.get("also", ()))
        },
        "t": {each["id"]: texts.get(each["id"], "") for each in row.figures},
    }


def _section(section: Mapping[str, Any], text: str) -> dict[str, Any]:
    rows = []
    for each in section["rows"]:
        rows.append({"zh": each["zh"], "said": each["said"], "note": note(each)})
        rows += [{"zh": f"{OF_WHICH}{part['zh']}", "said": part["said"], "note": ""} for part in each["parts"]]
    return {
        "id": section["id"], "zh": section["zh"], "rows": rows, "places": section["places"], "text": text,
        "lines": [line.strip() for line in text.splitlines() if line.strip()],
    }


def note(figure: Mapping[str, Any]) -> str:
    """What a figure means, and what to mind."""
    return f"{figure['means']}。{'注意：' + figure['caveat'] + '。' if figure['caveat'] else ''}"


def sheet(said: Mapping[str, Any], *, brand: str, printed: str) -> dict[str, Any]:
    """The same as `documents.typesetting` sets it."""
    return {
        "title": said["title"], "brand": brand, "file_no": said["period"], "printed": printed, "watermark": printed,
        "warning": "" if said["state"] == "已发出" else "未发出的草稿", "lead": "", "before": [], "after": [],
        "slip": None, "head": [], "notes": [said["note"]],
        "sections": [
            {"zh": each["zh"], "help": "", "parts": [*_pictures(each), *_tables(each)]}
            for each in said["sections"] if _tables(each)
        ],
        "signatures": [{"zh": "制表"}, {"zh": "核对"}, {"zh": "单位", "seal": True}],
    }


def _pictures(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"picture": {"zh": each["zh"], **each["picture"]}} for each in section["places"] if "picture" in each]


def _tables(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures two a line, then each figure by place under its own name, then what was written."""
    parts = [
        [_cell(zh, said) for zh, said in _joined(section["rows"])],
        *(
            [
                {"sub": f"{table['zh']}（各地）", "is_card": True},
                *(_cell(row["zh"], row["said"]) for row in table["rows"]),
            ]
            for table in section["places"]
        ),
        [_cell("说明", section["text"])] if section["text"] else [],
    ]
    return [{"lines": paired(each)} for each in parts if each]


def _joined(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each figure with what it is made up of in one cell."""
    told: list[tuple[str, list[str]]] = []
    for row in rows:
        if row["zh"].startswith(OF_WHICH) and told:
            told[-1][1].append(f"{row['zh'].removeprefix(OF_WHICH)} {row['said']}")
        else:
            told.append((row["zh"], [row["said"]]))
    return [(zh, said[0] + (f"，其中：{'，'.join(said[1:])}" if said[1:] else "")) for zh, said in told]


def _cell(zh: str, value: str) -> dict[str, Any]:
    return {"zh": zh, "value": value, "is_wide": len(value) > NARROW or "\n" in value}
