"""Gates, identification and the rubric in words: when each rule holds, and what follows."""

from datetime import datetime

from tongxin.assessments.forms import form_in
from tongxin.assessments.rulings import level_words, rulings_in
from tongxin.core.forms import Field, Form
from tongxin.core.grading import Rules
from tongxin.core.grading.gates import CRISES
from tongxin.core.grading.identify import IdentificationRules
from tongxin.core.language import Rule
from tongxin.core.language.words import zh as words_of
from tongxin.web.console.definition_screening import tables_of_screening
from tongxin.web.console.definition_words import Content, Table, table

KINDS = {"crisis": "立即进入危机处置", "safety_check": "须有资质的人当面核查"}
TYPES = {
    "text": "文字", "long_text": "长文字", "name": "姓名", "id_no": "证件号码", "phone": "电话",
    "division": "地区", "signature_name": "签名", "date": "日期", "datetime": "日期和时间", "month": "年月",
    "int": "整数", "decimal": "小数", "code": "选一项", "codes": "可选几项", "yes_no": "是或否",
    "instrument": "量表", "list": "可填几条", "note": "说明文字",
}
# Options that a line still names; longer lists are read on the form.
MANY = 12
ACTIONS = {0: "无", 1: "关注", 2: "行动", 3: "立即行动"}


def tables_of(kind: str, name: str, content: Content, *, region: str, at: datetime) -> list[Table]:
    """The rules of a kind that judges answers; none for the others."""
    if kind == "forms":
        return _form(form_in(form_id=name, region=region, at=at, lists={}).form)
    if kind == "screening":
        return tables_of_screening(content, region=region, at=at)
    if kind not in {"gates", "identification", "rubric"}:
        return []
    rules, _ = rulings_in(region=region, at=at)
    values = _values(content)
    if kind == "gates":
        return [*_gates(rules), *values]
    if kind == "identification":
        found = rules.identification.get(name)
        return [*(_identification(found) if found else ()), *values]
    return [*_rubric(rules, level_words(region=region, at=at, among=rules.rubric.order)), *values]


def _form(form: Form) -> list[Table]:
    return [
        table(section.zh, ("要填的", "怎么填", "规则"), [
            (field.zh, _how(field), "；".join(rules_of(field))) for field in section.fields
        ])
        for section in form.sections
    ]


def _how(field: Field) -> str:
    """The kind of answer, with what can be chosen."""
    if field.type == "list":
        return f"{TYPES[field.type]}：{'、'.join(each.zh for each in field.fields)}"
    options = [each.zh for each in (*field.options, *field.escape) if not each.retired]
    named = "、".join(options[:MANY]) + ("……" if len(options) > MANY else "")
    return f"{TYPES[field.type]}：{named}" if named else TYPES[field.type]


def rules_of(field: Field) -> list[str]:
    """What the rules say of a question, in words."""
    said = ["必填"] if field.required else []
    if field.min_age:
        said.append(f"{field.min_age} 周岁以上才问")
    if field.show_if:
        said.append(f"在{_when(field.show_if)}时才问")
    if field.required_if:
        said.append(f"在{_when(field.required_if)}时必填")
    return [*said, *(["自动带出以前的内容"] if field.prefill else [])]


def _gates(rules: Rules) -> list[Table]:
    return [table("一成立就按最高等级处理", ("编号", "情况", "什么时候成立", "怎么办"), [
        (gate.number, gate.zh, _when(gate.when), f"{KINDS[gate.kind]}（{CRISES.get(gate.crisis, '')}）")
        for gate in rules.gates.gates
    ])]


def _identification(found: IdentificationRules) -> list[Table]:
    return [
        table(f"“{found.results[result]}”", ("理由", "什么时候成立"), [
            (each.because, _when(each.when)) for each in findings
        ])
        for result, findings in (("refer", found.refer), ("incomplete", found.incomplete))
    ]


def _rubric(rules: Rules, levels: dict[str, str]) -> list[Table]:
    rubric = rules.rubric
    cells = {cell.id: cell.zh for cell in rubric.cells}
    return [
        table("每个维度至少到几级", ("维度", "行动等级", "理由", "什么时候成立"), [
            (cells.get(each.cell, ""), f"{each.level}　{ACTIONS.get(int(each.level), '')}", each.because,
             _when(each.when)) for each in rubric.cell_rules
        ]),
        table("怎样合成等级（从上往下，第一条成立的算）", ("等级", "理由", "什么时候成立"), [
            (levels.get(str(each.level), str(each.level)), each.because, _when(each.when)) for each in rubric.combine
        ]),
        table("多久复评", ("等级", "间隔"), [
            (levels.get(level, level), f"{months} 个月") for level, months in rubric.reassess_months.items()
        ]),
        table("不能据此调低", ("理由", "什么时候成立"), [(each.because, _when(each.when)) for each in rubric.holding]),
        table("给确认的人的提示", ("提示", "什么时候出现"), [
            (each.zh, _when(each.when)) for each in rubric.suggestions
        ]),
    ]


def _values(content: Content) -> list[Table]:
    rows = [(each["zh"], str(each.get("value", "")), each["source"]) for each in content.get("values", ())]
    return [table("界值", ("名称", "数值", "依据"), rows)]


def _when(rule: Rule) -> str:
    return words_of(rule.tree)
