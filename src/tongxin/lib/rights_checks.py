"""What the definition of people's rights must hold, and what no copy may ever carry."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of
from tongxin.lib.retention_checks import named

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
REST = ("kinds", "adult", "refusals", "complaint", "copy", "explain", "erase")
KINDS = ("copy", "correct", "withdraw", "erase", "explain", "complain")
# By these a family could learn who told of something, or what a child trusted somebody with.
NEVER = frozenset({
    "assessment_form", "call_record", "case_note", "clue", "crisis_close", "crisis_report", "crisis_step",
    "crisis_told", "crisis_watch", "flag", "flag_answer", "household_check", "incident_link", "interview_record",
    "mandatory_report", "observation_record", "recusal", "recusal_end", "report_answer", "report_ruling",
    "safety_check", "safety_plan", "screening_sheet",
})
# Words of ours that say nothing to a child of twelve.
OURS = ("维度", "量表", "须", "风险", "监护", "干预", "评估", "筛查", "等级", "行动")
LONGEST_REASON = 50
# What a guardian who may be the danger would use first.
ALWAYS_SHUT = frozenset({"copy", "withdraw", "erase", "explain"})


def check_rights(content: Content) -> None:
    """Nothing, when requests can be answered by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *REST), optional=DATED)
    _kinds(content["kinds"])
    adult = take.mapping(content["adult"], "adult", required=("value", "unit", "floor"), optional=("source",))
    take.number(adult, "value", "adult", 0, low=1, high=30)
    named(content["refusals"], "refusals", required=("source",), optional=("neutral",))
    if not any(each.get("neutral") for each in content["refusals"]):
        raise DefinitionError("refusals", "没有什么也不透露的理由", "至少写一条 neutral: true")
    take.sequence(content["complaint"], "complaint")
    _copy(content["copy"])
    required = ("opening", "levels", "objection")
    explain = take.mapping(content["explain"], "explain", required=required, optional=("reasons",))
    _reasons(explain.get("reasons"))
    for key in ("opening", "objection"):
        take.sequence(explain[key], f"explain.{key}")
    _erase(content["erase"])


def _kinds(raw: object) -> None:
    found = named(raw, "kinds", required=("days", "role", "child_from", "source"), optional=("shut",))
    if sorted(found) != sorted(KINDS):
        raise DefinitionError("kinds", "没有正好写出每一类一次", f"写出：{'、'.join(KINDS)}")
    for at, each in enumerate(take.sequence(raw, "kinds")):
        path = f"kinds[{at}]"
        days = take.mapping(each["days"], f"{path}.days", required=("value", "unit", "floor"))
        take.number(days, "value", f"{path}.days", 0, low=1, high=60)
        if days["unit"] != "days" or days["floor"] != "max":
            raise DefinitionError(f"{path}.days", "期限只能更短", "写 unit: days、floor: max")
        take.number(each, "child_from", path, 0, low=0, high=18)
        if not take.flag(each, "shut", path) and each["id"] in ALWAYS_SHUT:
            raise DefinitionError(f"{path}.shut", "监护人可能是危险来源时，这一类不能办", "写 shut: true")


def _copy(raw: object) -> None:
    copy = take.mapping(raw, "copy", required=("identity", "forms", "left_out"), optional=("attachments",))
    _attached(copy.get("attachments", ()), {each["id"]: set(each["to"]) for each in copy["forms"]})
    take.sequence(copy["left_out"], "copy.left_out")
    take.sequence(copy["identity"], "copy.identity")
    ids = []
    for at, each in enumerate(take.sequence(copy["forms"], "copy.forms")):
        path = f"copy.forms[{at}]"
        row = take.mapping(each, path, required=("id", "to"), optional=("words", "without", "only"))
        ids.append(take.identifier(row, path))
        if row["id"] in NEVER:
            raise DefinitionError(path, f"{row['id']} 不能给副本", "删去这一行：里面有反映人、他人或孩子说的话")
        if unknown := set(row["to"]) - {"own", "guardian"}:
            raise DefinitionError(f"{path}.to", f"没有“{min(unknown)}”", "写 own、guardian")
    take.unrepeated(ids, "copy.forms", "表")


def _attached(raw: object, copied: Mapping[str, set[str]]) -> None:
    """An attachment goes to nobody who doesn't get the record it belongs to."""
    for at, each in enumerate(take.sequence(raw, "copy.attachments") if raw else ()):
        path = f"copy.attachments[{at}]"
        row = take.mapping(each, path, required=("id", "to", "of"))
        take.identifier(row, path)
        for form in take.sequence(row["of"], f"{path}.of"):
            if set(row["to"]) - copied.get(form, set()):
                cure = "先在 copy.forms 里给这张表，或从 of 里去掉"
                raise DefinitionError(f"{path}.of", f"{form} 本身不给这些人", cure)


def _reasons(raw: object) -> None:
    """Sentences for a child: short, and in no word of ours."""
    if raw is None:
        return
    if "other" not in named(raw, "explain.reasons"):
        raise DefinitionError("explain.reasons", "没有给其余理由用的话", "写一条 id: other")
    for at, each in enumerate(take.sequence(raw, "explain.reasons")):
        zh = str(each["zh"])
        if len(zh) > LONGEST_REASON or (ours := [word for word in OURS if word in zh]):
            why = "太长" if len(zh) > LONGEST_REASON else f"有“{ours[0]}”这样的行话"
            raise DefinitionError(f"explain.reasons[{at}].zh", why, "写一句十二岁的孩子听得懂的短话")


def _erase(raw: object) -> None:
    erase = take.mapping(raw, "erase", required=("keeps", "opened_for", "purposes"))
    span_of(erase["opened_for"], "erase.opened_for")
    named(erase["purposes"], "erase.purposes")
    for at, each in enumerate(take.sequence(erase["keeps"], "erase.keeps")):
        path = f"erase.keeps[{at}]"
        row = take.mapping(each, path, required=("id", "zh", "kinds", "years", "source"))
        take.number(row, "years", path, 0, low=1, high=200)
