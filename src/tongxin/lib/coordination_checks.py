"""What the definitions of working together must hold: departments, meetings, standards, typical cases."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
UNITS = ("days", "working_days")
# Forms of each definition, by the key under which they stand.
FORMS: Mapping[str, tuple[str, ...]] = {
    "meetings": ("plan", "minutes", "decision_fields", "order_fields", "answer_fields"),
    "standards": ("draft", "comment_fields", "reply_fields", "adopt_fields", "policy_fields"),
    "typical_cases": ("text", "review_fields", "expert_fields", "question_fields", "opinion_fields"),
}
MORE: Mapping[str, tuple[str, ...]] = {
    "departments": ("departments",),
    "meetings": ("every", "period", "least", "decision", "order", "figures", "replies"),
    "standards": ("comment", "implements"), "typical_cases": ("least", "purpose", "review", "consultation", "topics"),
}
SPANS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "meetings": (("decision", "at_most"), ("decision", "before"), ("decision", "climb"), ("order", "at_most"),
                 ("order", "receive"), ("order", "before"), ("order", "climb")),
    "standards": (("comment", "least"), ("comment", "before")),
    "typical_cases": (("review", "within"), ("review", "before"), ("review", "climb"), ("consultation", "within"),
                      ("consultation", "before"), ("consultation", "climb")),
}
# Nobody publishes a case that only one person has read.
FEWEST_READERS = 2


def check_coordination(content: Content) -> None:
    """Nothing, when departments can work together by this; else where it fails and how to mend it."""
    name = str(content.get("id"))
    if name not in MORE:
        raise DefinitionError("id", f"没有“{name}”这种协同规则", f"可写：{'、'.join(MORE)}")
    forms = FORMS.get(name, ())
    take.mapping(content, "", required=(*HEAD, *MORE[name], *forms), optional=(*DATED, "option_lists"))
    for key in forms:
        check_fields(content[key], key, content.get("option_lists", {}))
    for key, span in SPANS.get(name, ()):
        _span(take.mapping(content[key], key, required=(span,), optional=("at_most", "receive", "before", "climb",
                                                                         "least", "within"))[span], f"{key}.{span}")
    if name == "departments":
        _departments(content["departments"])
    for key in ("figures", "replies", "topics"):
        _named(content.get(key, ()), key)
    if "least" in content:
        take.number(content, "least", "", 0, low=FEWEST_READERS)


def _departments(raw: object) -> None:
    found, leads = [], 0
    for at, each in enumerate(take.sequence(raw, "departments")):
        path = f"departments[{at}]"
        row = take.mapping(each, path, required=("id", "zh", "bodies", "duties"), optional=("leads", "required"))
        found.append(take.identifier(row, path))
        leads += bool(row.get("leads"))
        take.sequence(row["bodies"], f"{path}.bodies")
        for number, duty in enumerate(take.sequence(row["duties"], f"{path}.duties")):
            here = f"{path}.duties[{number}]"
            take.identifier(take.mapping(duty, here, required=("id", "zh", "source", "since")), here)
            try:
                date.fromisoformat(str(duty["since"]))
            except ValueError:
                raise DefinitionError(f"{here}.since", f"“{duty['since']}”不是日期", "写成 2021-06-01 的样子") from None
    take.unrepeated(found, "departments", "部门")
    if leads != 1:
        raise DefinitionError("departments", "牵头的部门要正好有一个", "只在一个部门写 leads: true")


def _named(raw: object, path: str) -> None:
    rows = take.sequence(raw, path)
    for at, each in enumerate(rows):
        take.identifier(
            take.mapping(each, f"{path}[{at}]", required=("id", "zh"), optional=("unit", "means", "by_department")),
            f"{path}[{at}]",
        )
    take.unrepeated([each["id"] for each in rows], path, "编号")


def _span(raw: object, path: str) -> None:
    span = take.mapping(raw, path, required=(), optional=UNITS)
    if len(span) != 1:
        raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {days: 7}")
    take.number(span, next(iter(span)), path, 0, low=1)
