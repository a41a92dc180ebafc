"""A form, or an instrument, as an XLSForm: three sheets of rows for KoboToolbox, ODK and the like."""

from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

from tongxin.core.forms import Field, Form, Item, Option
from tongxin.core.language import Rule, nodes

Row = dict[str, str]
SURVEY = (
    "type", "name", "label::中文 (zh)", "hint::中文 (zh)", "required", "relevant", "appearance", "constraint",
    "constraint_message::中文 (zh)",
)
CHOICES = ("list_name", "name", "label::中文 (zh)")
SETTINGS = ("form_title", "form_id", "version", "default_language")
LABEL, HINT, MESSAGE = SURVEY[2], SURVEY[3], SURVEY[8]
TYPES = {
    "text": "text", "long_text": "text", "name": "text", "id_no": "text", "phone": "text", "signature_name": "text",
    "date": "date", "datetime": "dateTime", "month": "date", "int": "integer", "decimal": "decimal", "note": "note",
}
OPERATORS = {"==": "=", "!=": "!=", ">=": ">=", "<=": "<=", ">": ">", "<": "<"}


class Untold(Exception):
    """A rule that XLSForm can't say, or that this export doesn't translate."""


class Sheets:
    """The rows of the three sheets, and which rules were left out."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.survey: list[Row] = []
        self.choices: list[Row] = []
        self.left_out: list[str] = []
        self.lists: dict[tuple[tuple[str, str], ...], str] = {}
        self.kinds = {each.id: each.type for each in form.fields}
        if form.intro:
            self.survey.append({"type": "note", "name": "intro", LABEL: form.intro})
        for section in form.sections:
            self.survey.append({"type": "begin group", "name": f"section_{section.id}", LABEL: section.zh})
            if section.help:
                self.survey.append({"type": "note", "name": f"help_{section.id}", LABEL: section.help})
            for field in section.fields:
                self.survey += self._rows(field)
            self.survey.append({"type": "end group", "name": f"section_{section.id}"})

    def _rows(self, field: Field) -> Iterator[Row]:
        about = {
            "name": field.id, LABEL: field.zh, HINT: field.help, "required": "yes" if field.required else "",
            "relevant": self._rule(field, field.show_if, "什么时候问"),
        }
        if field.required_if:
            about["required"] = self._rule(field, field.required_if, "什么时候必填")
        if field.min_age:
            self.left_out.append(f"{field.zh}：{field.min_age} 周岁以上才问")
        if field.type == "list":
            yield {**about, "type": "begin repeat", "required": ""}
            for inner in field.fields:
                yield from self._rows(inner)
            yield {"type": "end repeat", "name": field.id}
        elif field.sheet:
            yield {**about, "type": "begin group", "required": "", HINT: field.sheet.stem}
            yield from (self._item(field, item) for item in field.sheet.items)
            yield {"type": "end group", "name": field.id}
        else:
            yield {**about, "type": self._type(field), **self._bounds(field)}

    def _item(self, field: Field, item: Item) -> Row:
        name = self._list(item.options)
        label = f"{item.number} {item.zh}".strip()
        return {"type": f"select_one {name}", "name": f"{field.id}_{item.id}", LABEL: label}

    def _type(self, field: Field) -> str:
        options = [each for each in (*field.options, *field.escape) if not each.retired]
        if field.type == "yes_no" and not options:
            options = [Option("yes", "是"), Option("no", "否")]
        if options:
            return f"{'select_multiple' if field.type == 'codes' else 'select_one'} {self._list(options)}"
        return TYPES.get(field.type, "text")

    def _list(self, options: Sequence[Option]) -> str:
        """One list for each set of options, whichever questions share it."""
        key = tuple((each.code, each.zh) for each in options)
        if key not in self.lists:
            name = self.lists[key] = f"list_{len(self.lists) + 1}"
            self.choices += [{"list_name": name, "name": code, CHOICES[2]: zh} for code, zh in key]
        return self.lists[key]

    def _bounds(self, field: Field) -> Row:
        if field.type not in {"int", "decimal"}:
            return {}
        said = [f". {sign} {limit}" for sign, limit in ((">=", field.low), ("<=", field.high)) if limit is not None]
        if not said:
            return {}
        zh = " 至 ".join(str(each) for each in (field.low, field.high) if each is not None)
        return {"constraint": " and ".join(said), MESSAGE: f"应在范围内：{zh}"}

    def _rule(self, field: Field, rule: Rule | None, what: str) -> str:
        if rule is None:
            return ""
        try:
            return self._said(rule.tree)
        except Untold:
            self.left_out.append(f"{field.zh}：{what}")
            return ""

    def _said(self, node: Any) -> str:
        match node:
            case nodes.And(parts=parts):
                return " and ".join(f"({self._said(each)})" for each in parts)
            case nodes.Or(parts=parts):
                return " or ".join(f"({self._said(each)})" for each in parts)
            case nodes.Not(part=part):
                return f"not({self._said(part)})"
            case nodes.Compare(op=op, left=nodes.Name(name=name), right=nodes.Literal(value=value)):
                return f"{self._name(name)} {OPERATORS[op]} {_literal(value)}"
            case nodes.In(item=nodes.Name(name=name), choices=choices):
                return " or ".join(f"{self._name(name)} = {_literal(self._value(each))}" for each in choices)
            case nodes.Member(item=item, source=nodes.Name(name=name)):
                return f"selected({self._name(name, many=True)}, {_literal(self._value(item))})"
            case nodes.Overlaps(source=nodes.Name(name=name), choices=choices):
                asked = self._name(name, many=True)
                return " or ".join(f"selected({asked}, {_literal(self._value(each))})" for each in choices)
            case nodes.Missing(item=nodes.Name(name=name)):
                return f"{self._name(name)} = ''"
        raise Untold

    def _value(self, node: Any) -> Any:
        if not isinstance(node, nodes.Literal):
            raise Untold
        return node.value

    def _name(self, name: str, *, many: bool = False) -> str:
        """A question of the form itself; the day, the child's age and an instrument's scores are not among them."""
        if name not in self.kinds or (self.kinds[name] == "codes") is not many:
            raise Untold
        return f"${{{name}}}"


def write(form: Form, to: str) -> list[str]:
    """Write the workbook; what it leaves out, in words."""
    sheets = Sheets(form)
    settings = {
        "form_title": form.zh, "form_id": form.id, "version": form.version.replace("-", ""),
        "default_language": "中文 (zh)",
    }
    with xlsxwriter.Workbook(to, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, heads, rows in (
            ("survey", SURVEY, sheets.survey), ("choices", CHOICES, sheets.choices), ("settings", SETTINGS, [settings]),
        ):
            page = book.add_worksheet(name)
            page.write_row(0, 0, heads)
            for at, row in enumerate(rows, start=1):
                page.write_row(at, 0, [row.get(head, "") for head in heads])
    return sheets.left_out


def _literal(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or "'" in str(value):
        raise Untold
    return str(value) if isinstance(value, int) else f"'{value}'"
