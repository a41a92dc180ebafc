"""What one paper says: head, questions with their answers, the grade, who signs, who printed it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongxin.accounts.models import Division
from tongxin.assessments.forms import Asked, age_on
from tongxin.core.forms import Field, Form, visible
from tongxin.core.pathway import CHINA
from tongxin.documents.papers import Layout, Paper, Papers, Purpose
from tongxin.documents.questions import numeral, paired, sections_of
from tongxin.flows import reporters
from tongxin.flows.looking import PART
from tongxin.ledger.models import Entry
from tongxin.people.models import Carer
from tongxin.web import words
from tongxin.web.console.entry_text import text_of
from tongxin.web.console.family import IDENTITY_OF_CHILD, home_of
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.names import Names
from tongxin.web.console.options import words_of
from tongxin.web.console.timeline import CORRECTIONS
from tongxin.web.console.why import IDENTIFICATION, why_graded, why_identified
from tongxin.web.doors import Request
from tongxin.web.pages import brand_for

NOT_A_DIAGNOSIS = "本系统不作诊断。等级与分数只提示是否需要进一步帮助，由有资质的人员确认。"
BY_HAND = "空白表：请用黑色笔填写，签字后扫描存入档案。"
FOR_FAMILY = "本份交监护人，只印基本情况和与监护人有关的内容。"
NEVER_SHARED = frozenset({"log", "figures"})
LISTED = 60


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a paper: for what, which number, and the words that it needs opened."""

    purpose: Purpose
    number: int
    names: Names
    carers: Sequence[Carer] = field(default=())
    # Of which batch it is a part, by the batch's own number.
    batch: str = ""
    # What heads say of the child, once for all papers of a book.
    about: Mapping[str, str] = field(default_factory=dict)


def empty(request: Request, form: Form, layout: Layout) -> dict[str, Any]:
    """A form to be filled in by hand, about nobody yet."""
    head = [{"zh": HEADS[name], "blank": 1, "is_wide": name in WIDE} for name in layout.head]
    return {
        **_frame(request, form, layout), "lead": form.intro, "file_no": "档案编号：", "head": paired(head),
        "sections": sections_of(form, None, say=lambda field, value: str(value)),
        "notes": [BY_HAND, _sample(form), NOT_A_DIAGNOSIS],
    }


def filled(
    file: File, asked: Asked, answers: Mapping[str, Any] | None, *, copy: Copy, rules: Papers, paper: Paper | None,
    entry: Entry | None = None, lists_records: bool = True,
) -> dict[str, Any]:
    """A form about one child: as an entry or the file has it, or with nothing but its head filled in."""
    form, layout, request = asked.form, rules.layout(asked.form.id), file.request
    is_for_family = copy.purpose.for_family
    on = (entry.occurred_at if entry else request.at).astimezone(CHINA).date()
    # What a signed copy leaves out is no less part of the file.
    of_copy = form if copy.about else layout.part_of(form)
    printed = rules.family.part_of(form) if is_for_family else of_copy
    sections = sections_of(
        printed, answers, say=_wording(form, answers or {}),
        shown=visible(form, answers, on=on, age=age_on(file.child.birth_month, on)) if answers is not None else None,
    )
    more = [] if is_for_family else _more(file, copy, paper, form, entry, lists_records=lists_records)
    left_out = [FOR_FAMILY] if is_for_family else left_out_of(file) if paper and paper.is_whole else []
    return {
        **_frame(request, form, layout), **mark(request, copy), "file_no": f"档案编号：{file.child.file_no}",
        "lead": _lead(request, entry, copy, form), "head": paired(_head(file, layout, copy, on)),
        "warning": _warning(file, entry),
        "sections": [*sections, *(_numbered(len(sections), more))],
        "notes": [*left_out, *([] if answers is not None else [BY_HAND]), _sample(form), NOT_A_DIAGNOSIS],
    }


def _numbered(before: int, sections: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**each, "zh": f"{numeral(before + at)}、{each['zh']}", "help": each.get("help", "")}
        for at, each in enumerate(sections, start=1)
    ]


def _sample(form: Form) -> str:
    """Which wording this is: an office that keeps paper for years tells them apart by it."""
    return f"表样：{form.zh}，{form.version} 版。"


def _frame(request: Request, form: Form, layout: Layout) -> dict[str, Any]:
    slip = layout.slip
    return {
        "title": layout.title or form.zh, "brand": brand_for(request), "printed": "", "watermark": "", "warning": "",
        "before": layout.before, "after": layout.after, "signatures": layout.signatures,
        "slip": None if slip is None else {
            "zh": slip["zh"], "help": slip.get("help", ""), "signatures": slip["signatures"],
            "lines": paired([_of_slip(each) for each in slip["fields"]]),
        },
    }


def _of_slip(each: Mapping[str, Any]) -> dict[str, Any]:
    if each.get("options"):
        return {
            "zh": each["zh"], "options": [{"zh": str(zh), "on": False} for zh in each["options"]], "is_wide": True,
        }
    return {"zh": each["zh"], "blank": int(each.get("lines", 1)), "is_wide": int(each.get("lines", 1)) > 1}


def mark(request: Request, copy: Copy) -> dict[str, str]:
    """Who printed this copy, in the footer and faintly across the page."""
    seat = request.viewer.seat
    who = f"{seat.title if seat else ''} {copy.names.person(request.viewer.person_id)}".strip()
    when, batch = words.moment_zh(request.at), f"　批次{copy.batch}" if copy.batch else ""
    return {
        "printed": f"打印：{who}　{when}　第{copy.number}份{batch}　用途：{copy.purpose.zh}",
        "watermark": f"{who}　{when}　第{copy.number}份{batch}",
    }


def _lead(request: Request, entry: Entry | None, copy: Copy, form: Form) -> str:
    if entry is None:
        return form.intro
    if reporters.is_hidden(entry, viewer=request.viewer, at=request.at):
        return f"{words.moment_zh(entry.occurred_at)}　{reporters.SOMEBODY}"
    return f"{words.moment_zh(entry.occurred_at)}　{copy.names.person(entry.person_id)} 填写"


def _warning(file: File, entry: Entry | None) -> str:
    if entry is None:
        return ""
    gone = next((each for each in file.entries if each.supersedes_id == entry.id), None)
    return f"这条记录已被{CORRECTIONS.get(gone.correction_kind, '更正')}，此处是原文。" if gone else ""


def _wording(form: Form, answers: Mapping[str, Any]) -> Any:
    codes = [answers[field.id] for field in form.fields if field.type == "division" and field.id in answers]
    rows = Division.objects.filter(code__in=codes).select_related("parent") if codes else ()
    places = {place.code: f"{place.parent.name if place.parent else ''}{place.name}" for place in rows}

    def say(field: Field, value: Any) -> str:
        return text_of(field, value, places)

    return say


HEADS = {
    "name": "姓名", "file_no": "档案编号", "sex": "性别", "birth": "出生日期", "age": "年龄", "place": "居住地",
    "address": "居住地址", "id_no": "证件号码", "phone": "联系电话", "carers": "照料人",
}
WIDE = frozenset({"place", "address", "carers"})


def _head(file: File, layout: Layout, copy: Copy, on: date) -> list[dict[str, Any]]:
    """The head, with the age that the child had on the day of the record."""
    known = {**(copy.about or about(file, copy)), "age": words.age_zh(file.child.birth_month, on=on)}
    return cells_of(known, layout.head)


def cells_of(known: Mapping[str, str], names: Sequence[str]) -> list[dict[str, Any]]:
    """A head's cells, with room to write where nothing is known."""
    return [
        {"zh": HEADS[name], "is_wide": name in WIDE, **({"value": known[name]} if known[name] else {"blank": 1})}
        for name in names
    ]


def about(file: File, copy: Copy) -> dict[str, str]:
    """What heads say of a child, restricted to what the viewer may read of who the child is."""
    child, known = file.child, dict(zip(IDENTITY_OF_CHILD, copy.names.more, strict=False))
    birth = known.get("birth")
    return {
        "name": copy.names.children[child.id], "file_no": child.file_no, "sex": child.get_sex_display(),
        "age": words.age_zh(child.birth_month, on=file.request.at.date()), "place": home_of(child),
        "birth": words.day_zh(date.fromisoformat(birth)) if birth else words.month_zh(child.birth_month),
        "id_no": known.get("id_no") or "", "phone": known.get("phone") or "", "address": known.get("address") or "",
        "carers": _carers(file, copy),
    }


def _carers(file: File, copy: Copy) -> str:
    kinds = words_of(file.request, "relation", region=file.region) if copy.carers else {}
    opened = copy.names.more[len(IDENTITY_OF_CHILD) :: 2]
    pairs = zip(copy.carers, opened, strict=False)
    return "、".join(f"{name or '（姓名待补）'}（{kinds.get(carer.relation, '其他')}）" for carer, name in pairs)


def _more(
    file: File, copy: Copy, paper: Paper | None, form: Form, entry: Entry | None, *, lists_records: bool
) -> list[dict[str, Any]]:
    """What the file says beyond the form's own questions, each part only for whoever may read it."""
    found: list[dict[str, Any]] = []
    # An identification's paper has its own result, also where a newer one stands.
    own = entry.id if entry is not None and form.kind == IDENTIFICATION else None
    is_wanted = own is not None or (paper is not None and paper.is_whole)
    if is_wanted and (identified := why_identified(file, entry_id=own)):
        reasons = [str(each) for each in identified["reasons"]]
        found.append({"zh": "识别结果", "parts": [{"words": [
            f"{identified['zh']}（{words.day_zh(identified['at'])}）", *reasons,
        ]}]})
    if paper is None:
        return found
    if (paper.is_whole or paper.is_graded) and (why := why_graded(file, copy.names, {})):
        chip = why["chip"]
        reasons = [f"依据：{reason['zh']}" for reason in why["reasons"]]
        found.append({"zh": "等级", "parts": [{"words": [
            f"{chip.sign} {chip.zh}（{chip.state}）", *reasons, *([why["confirmed_zh"]] if why["confirmed_zh"] else []),
        ]}]})
    if paper.is_whole and lists_records and file.readable:
        cells = [
            {"zh": words.day_zh(each.occurred_at), "value": entry_zh(each), "is_wide": len(entry_zh(each)) > LISTED}
            for each in file.readable[-LISTED:]
        ]
        found.append({"zh": "记录目录", "parts": [{"lines": paired(cells)}]})
    return found


def left_out_of(file: File, *, withheld: Collection[str] = ()) -> list[str]:
    """Which parts of a whole file this copy is without, since whoever prints it may not read them; not those that
    are left out for another reason."""
    # A part in which no form lies is no part of a file.
    recorded = set(file.access.form_parts.values())
    told = file.parts | NEVER_SHARED | set(withheld) | ({PART} if file.asks_purpose else frozenset())
    missing = [
        zh.partition("（")[0] for part, zh in file.access.parts.items() if part in recorded and part not in told
    ]
    said = ["打印人没有说明查看用途，本份没有打印心理评估。"] if file.asks_purpose else []
    return [*said, *([f"打印人无权查看，本份没有打印：{'、'.join(missing)}。"] if missing else [])]


def may_print(file: File, form_id: str) -> bool:
    """Whether the viewer may read the part of the file that a form's entries belong to."""
    return file.access.part_of(form_id) in file.parts
