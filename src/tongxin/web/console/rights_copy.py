"""A copy as a family can use it: a readable PDF, the same as data, and a plain page that says what is what."""

import hashlib
import json
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongxin.core.forms import Form
from tongxin.documents import typesetting
from tongxin.documents.papers import record_copy
from tongxin.documents.questions import numeral, paired
from tongxin.exports.archive import packed
from tongxin.flows import sharing_given
from tongxin.flows.consenting import notice_in, standings_of
from tongxin.flows.copying import Gathered, Paper, Part
from tongxin.flows.funds import received
from tongxin.flows.rights import SHUT_WHILE, rules_for
from tongxin.lib.money import yuan
from tongxin.rights.rules import GUARDIAN
from tongxin.web import words
from tongxin.web.console.entry_text import sections_of
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.why import why_graded
from tongxin.web.family.looks import looks_told
from tongxin.web.pages import brand_for

LABELS = {
    "name": "姓名", "birth": "出生日期", "sex": "性别", "id_no": "证件号码", "phone": "联系电话",
    "residence_address": "居住地址",
}
STATES = {
    "given": "已同意", "refused": "不同意", "withdrawn": "已撤回", "not_needed": "依法不需同意",
    "missing": "还没有征求", "out_of_date": "要重新征求",
}
NAMES = {"pdf": "个人信息副本.pdf", "json": "个人信息副本.json", "txt": "说明.txt"}
WITHHELD = "具体的理由里可能有孩子自己说的话，只给孩子本人看；您可以请负责的专业人员当面说明。"
EXPLAINS, EXPLANATION = "explain_grade", "等级说明"
NOT_A_DIAGNOSIS = "等级不是诊断。只有医疗机构可以作出诊断。"


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive's bytes and their hash."""

    content: bytes
    sha256: str


def archive(file: File, gathered: Gathered, *, password: str) -> Archive:
    """One file with the three of them and the papers, opened by a password only."""
    identity = {LABELS[name]: value for name, value in gathered.identity.items()}
    entries = [_entry(part) for part in gathered.parts]
    consents = [
        {"用途": each.purpose.zh, "现在": STATES[each.state]}
        for each in standings_of(gathered.child, facts=file.facts, at=file.request.at)
    ]
    level = gathered.rules.levels.get(gathered.level, "")
    data = {
        "说明": "个人信息副本（可由程序读取）", "档案编号": gathered.child.file_no,
        "制作日期": words.day_zh(file.request.at), "提出日期": words.day_zh(gathered.request.asked_on),
        "基本情况": identity, "同意与告知": consents, "等级": level, "记录": entries,
        "附件": [_named(paper) for paper in gathered.papers], "谁看过": [_seen(each) for each in looks_for(file)],
        "给过谁": given_for(file), "收到的帮助": got_for(file),
        "没有提供的": list(gathered.rules.left_out),
    }
    parts = {
        NAMES["pdf"]: typesetting.pdf(_paper(file, gathered, identity, consents, level)),
        NAMES["json"]: json.dumps(data, ensure_ascii=False, indent=2).encode(),
        NAMES["txt"]: "\r\n".join(_readme(file, gathered)).encode("utf-8-sig"),
    }
    parts |= {_named(paper): paper.content for paper in gathered.papers}
    made = packed(parts, password=password)
    return Archive(made, hashlib.sha256(made).hexdigest())


def _named(paper: Paper) -> str:
    return f"附件{paper.number}{mimetypes.guess_extension(paper.media_type) or ''}"


def looks_for(file: File) -> list[dict[str, Any]]:
    """Who opened the file and what for, as a family is told: the kind of post, the day, no name."""
    at = file.request.at
    since = at - notice_in(region=file.region, at=at).looks_of
    return looks_told(file.child, since=since, at=at)


def given_for(file: File) -> list[str]:
    """To whom something was given, what for, and whether it still stands there."""
    return [
        f"{words.day_zh(each.at)}　{each.to}　{each.why}（{each.what}）　{each.held}"
        for each in sharing_given.given_of(file.child, at=file.request.at)
    ]


def got_for(file: File) -> list[str]:
    """What the child got or is to get, from which kind of source, and how far it has come."""
    return [
        f"{words.day_zh(each.on)}　{each.purpose}　{yuan(each.amount)} 元　{each.source}　{each.state}"
        for each in received.received_by(file.child, at=file.request.at)
    ]


def _seen(each: Mapping[str, Any]) -> str:
    return f"{words.day_zh(each['on'])}　{each['who']}　{each['purpose']}"


def _entry(part: Part) -> dict[str, Any]:
    """One record as data: the questions in words, the answers in words."""
    return {
        "表": entry_zh(part.entry), "日期": words.day_zh(part.entry.occurred_at),
        "内容": _plain(part.form, part.answers),
    }


def _plain(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for section in sections_of(form, answers):
        for row in section["rows"]:
            found[row["zh"]] = row.get("value") or [
                {each["zh"]: each.get("value", "") for each in card} for card in row.get("cards", ())
            ]
    return found


def _readme(file: File, gathered: Gathered) -> list[str]:
    found = gathered.rules
    return [
        f"{brand_for(file.request)} 个人信息副本", "",
        f"档案编号：{gathered.child.file_no}", f"制作日期：{words.day_zh(file.request.at)}", "",
        f"{NAMES['pdf']}：可以直接看、可以打印。", f"{NAMES['json']}：同样的内容，供程序读取。",
        *(f"{_named(paper)}：附在记录上的照片或签字件。" for paper in gathered.papers), "",
        "这里没有提供：", *(f"· {each}" for each in found.left_out), "",
        "发现内容不对，可以提出“更正”；对办理有异议：", *(f"· {each}" for each in found.complaint), "",
        "请妥善保管，不要发到群里。",
    ]


def _paper(
    file: File, gathered: Gathered, identity: Mapping[str, str], consents: Iterable[Mapping[str, str]], level: str
) -> dict[str, Any]:
    sections = [_section("同意与告知", {each["用途"]: each["现在"] for each in consents})]
    if level:
        sections.append({"zh": "目前的安排", "help": "", "parts": [{"words": [level]}]})
    if seen := [_seen(each) for each in looks_for(file)]:
        sections.append({"zh": "谁看过、为什么", "help": "", "parts": [{"words": seen}]})
    if given := given_for(file):
        sections.append({"zh": "给过谁、为什么", "help": "", "parts": [{"words": given}]})
    if got := got_for(file):
        sections.append({"zh": "收到的帮助", "help": "", "parts": [{"words": got}]})
    sections += [
        _section(f"{entry_zh(part.entry)}（{words.day_zh(part.entry.occurred_at)}）", _flat(part))
        for part in gathered.parts
    ]
    for at, each in enumerate(sections, start=1):
        each["zh"] = f"{numeral(at)}、{each['zh']}"
    return {
        "title": "个人信息副本", "brand": brand_for(file.request), "file_no": f"档案编号：{gathered.child.file_no}",
        "printed": f"{words.moment_zh(file.request.at)} 制作　应本人或监护人请求", "watermark": "", "warning": "",
        "lead": f"{words.day_zh(gathered.request.asked_on)}提出，{words.day_zh(file.request.at)}制作",
        "head": paired([{"zh": zh, "value": value, "is_wide": len(value) > 12} for zh, value in identity.items()]),
        "before": [], "after": [], "signatures": [], "slip": None, "sections": sections,
        "notes": ["没有提供的：", *gathered.rules.left_out, *gathered.rules.complaint, NOT_A_DIAGNOSIS],
    }


def _flat(part: Part) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in sections_of(part.form, part.answers):
        for row in section["rows"]:
            cards = [[f"{each['zh']}：{each.get('value', '')}" for each in card] for card in row.get("cards", ())]
            found[row["zh"]] = row.get("value") or "；".join("，".join(card) for card in cards)
    return found


def _section(zh: str, rows: Mapping[str, str]) -> dict[str, Any]:
    cells = [{"zh": name, "value": str(value), "is_wide": len(str(value)) > 12} for name, value in rows.items()]
    return {"zh": zh, "help": "", "parts": [{"lines": paired(cells)}]}


def is_shut(file: File) -> bool:
    """Whether a guardian may be told nothing of the grade now (spine A3, A4)."""
    names = file.state.names()
    return any(names.get(each) for each in SHUT_WHILE)


def explained(file: File) -> dict[str, Any]:
    """The grade in a family's words: what it means, what it rests on, who decided, how to object."""
    found = rules_for(file.child, at=file.request.at)
    state = file.state
    names = open_names(
        file.request, people=[_uuid(each.fact.person) for each in state.grades.decisions], purpose=EXPLAINS,
        route="rights", part="psychological",
    )
    why = why_graded(file, names, _titles(file))
    reasons = [] if why is None else [
        {
            "zh": found.reasons.get(row["rule"], found.reasons["other"]), "source": row["source"],
            "version": row["version"], "at": row["at"],
        }
        for row in why["reasons"]
    ]
    # Several rules may say the same to a child; it hears it once.
    reasons = list({each["zh"]: each for each in reversed(reasons)}.values())[::-1]
    return {
        "opening": found.opening, "level_zh": found.levels.get(state.level, found.levels.get("ungraded", "")),
        "reasons": reasons, "decided": _decided(file), "objection": found.objection, "complaint": found.complaint,
        "expires_at": state.expires_at, "note": NOT_A_DIAGNOSIS,
    }


def _reason(each: Mapping[str, Any], to: str) -> str:
    rule = f"{each['source']}（{each['version']}），{words.day_zh(each['at'])}"
    return f"根据{rule}的识别和评估得出。" if to == GUARDIAN else f"{each['zh']} 依据：{rule}。"


def _decided(file: File) -> list[str]:
    """Which kind of post decided and when; no name."""
    titles = _titles(file)
    return [
        f"{words.day_zh(each.fact.at)}，{titles.get(_uuid(each.fact.post), '')}确认"
        for each in file.state.grades.decisions if each.stands
    ][-2:]


def _titles(file: File) -> dict[Any, str]:
    return post_titles([_uuid(each.fact.post) for each in file.state.grades.decisions])


def _uuid(text: str | None) -> Any:
    return UUID(text) if text else None


def explanation_paper(file: File, *, to: str) -> bytes:
    """One sheet for the child or for a guardian; the copy is counted and noted as every paper is."""
    request, said = file.request, explained(file)
    number = record_copy(
        child=file.child, paper=EXPLAINS, purpose=to, actor=request.viewer, at=request.at
    )
    names = open_names(request, children=[file.child], purpose=EXPLAINS, route="rights", part="psychological")
    reasons = [_reason(each, to) for each in said["reasons"]]
    # What a child trusted somebody with may stand behind a reason: a guardian hears the rule and not the reason (A4).
    reasons = list(dict.fromkeys(reasons)) + ([WITHHELD] if reasons and to == GUARDIAN else [])
    sections = [
        ("目前的安排", [said["level_zh"]]), ("这是怎么来的", reasons or ["还没有作过评估。"]),
        ("谁决定的", said["decided"] or ["还没有人确认；确认以前先按建议的安排。"]),
        ("不同意怎么办", [*said["objection"], *said["complaint"]]),
    ]
    return typesetting.pdf({
        "title": EXPLANATION, "brand": brand_for(request), "file_no": f"档案编号：{file.child.file_no}",
        "printed": f"{words.moment_zh(request.at)} 打印　第{number}份", "watermark": "", "warning": "", "lead": "",
        "head": paired([{"zh": "姓名", "value": names.children[file.child.id]}]), "before": list(said["opening"]),
        "sections": [
            {"zh": f"{numeral(at)}、{zh}", "help": "", "parts": [{"words": list(told)}]}
            for at, (zh, told) in enumerate(sections, start=1)
        ],
        "after": [], "signatures": [], "slip": None, "notes": [NOT_A_DIAGNOSIS],
    })
