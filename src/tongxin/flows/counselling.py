"""Courses of counselling: the protocol where a child lives, what a record tells in clear, what is refused."""

from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from typing import Any

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked, age_on, form_in
from tongxin.core.forms import Problem
from tongxin.core.language import evaluate, parse
from tongxin.core.pathway import CHINA, CaseState
from tongxin.core.pathway.courses import ASK, END, ON_READING, REVIEW, SESSION, START, Course, readers
from tongxin.core.pathway.vocabulary import vocabulary
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.people.models import Child
from tongxin.rulebook import rules, shipped

KIND = ID = "protocols"
NAMED = f"{KIND}/{ID}"
PART = "sessions"
KINDS = frozenset({START, SESSION, REVIEW, END, ASK})
CHILD, CARER, PRESENT = "child", "carer", "present"
OF_CARERS = "carer_who_5"
SEVERAL = "这个孩子有几份正在进行的辅导，没有写明是哪一份，没有保存。请从“辅导”页上那一份打开。"
NONE = "没有正在进行的辅导，没有保存。请先填“辅导开始”；孩子现在有危险的，马上填危机报告。"
ASKS_NOTHING = "这一份的记录您本来就看得到，不用申请。没有保存。"
NO_COURSE = "没有找到要看的那一份辅导，没有保存。请从“辅导”页上那一份打开。"
NOT_YOURS = "给不给看，由做这一份辅导的人或临床督导定。没有保存。"
OWN_ONLY = "这类岗位只办指名交给自己的孩子：先用“指定负责人”交给他们，由他们自己登记辅导开始。没有保存。"
SUPERVISES = "supervise"
NO_DANGER = "先登记危险的，六条里要有一条“是”。没有保存。"
# An answer that leaves open whether it is so counts as if it were.
RULED_OUT = "no"


def protocols_in(*, region: str, at: datetime) -> Mapping[str, Any]:
    """The protocols of a county; what came with the program until a version is adopted."""
    return shipped.content_in_force(KIND, ID, region=region, at=at)


def protocol_of(name: str, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """One protocol of the library; none for a name that isn't there."""
    return next((each for each in content["protocols"] if each["id"] == name), None)


def told_of(
    asked: Asked, answers: Mapping[str, Any], *, child: Child, at: datetime
) -> tuple[dict[str, Any], str] | None:
    """How a course is to go, from the protocol of that day, with the library's hash; None for other forms.

    `course_plan`: step of the ladder, spans between sessions and measures, the rule of response. Measures for which the
    child is too young, or whose words a licence keeps, are left out: nobody could fill them in.
    """
    if asked.form.kind == SESSION and answers.get("attended") != PRESENT:
        # Whoever didn't come was given nothing.
        return {"services_done": []}, ""
    if asked.form.kind != START:
        return None
    try:
        version = rules.resolve(KIND, ID, region=rules.region_of(child.county_id), at=at)
    except rules.NotAdopted:
        return None
    protocol = protocol_of(str(answers.get("protocol", "")), version.content)
    if protocol is None:
        return None
    recipient, response = answers.get("recipient"), protocol.get("response")
    named = [each for each in protocol.get("measures", ()) if _may_fill(each["id"], asked, recipient, child, at)]
    kept = {each["id"] for each in named}
    return {"course_plan": {
        "step": protocol["step"], "every": protocol["every"], "missed": version.content["missed"],
        "idle": version.content["idle"], "ahead": version.content["ahead"],
        "measures": [{"id": each["id"], "scale": each.get("scale", "total"), "every": each["every"]} for each in named],
        "response": response if response and response["measure"] in kept else _another(version.content, named),
    }}, version.hash


def _another(content: Mapping[str, Any], named: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The rule of response of the first measure that the recipient can fill in, where the library has one."""
    known: dict[str, Mapping[str, Any]] = content["responses"]
    return next((known[each["id"]] for each in named if each["id"] in known), None)


def _may_fill(measure: str, asked: Asked, recipient: object, child: Child, at: datetime) -> bool:
    if measure == OF_CARERS:
        return recipient != CHILD
    # As it is in force: what somebody was offered lacks the questionnaires that aren't for them.
    whole = form_in(form_id=asked.form.id, region=rules.region_of(child.county_id), at=at, lists={}).form
    field = next((each for each in whole.fields if each.id == measure), None)
    if field is None or (field.sheet and field.sheet.offer and not field.sheet.offer.has_words):
        return False
    youngest = field.min_age
    age = age_on(child.birth_month, at.astimezone(CHINA).date())
    return recipient != CARER and (youngest is None or (age is not None and age >= youngest))


def course_of(state: CaseState, data: Mapping[str, Any]) -> Course | None:
    """The open course that a record is about: the one it names, else the only one."""
    named = str(data.get("course") or "").partition(":")[0]
    while named in state.courses.instead:
        named = state.courses.instead[named]
    running = state.courses.open
    if not named:
        return running[0] if len(running) == 1 else None
    return next((each for each in running if each.id == named), None)


def refuse(
    *, child: Child, state: CaseState, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime
) -> None:
    """Nothing, when a record of counselling may stand: a course that fits, a session of a course that is known.

    A danger that was told of is never refused: it is recorded, and what follows from it goes first.
    """
    if draft.kind not in KINDS or data.get("alarms"):
        return
    if draft.kind == START:
        region = rules.region_of(child.county_id)
        found = list(unfit(protocols_in(region=region, at=at), data, child=child, state=state, at=at))
        found += _begun_for_another(data, actor=actor, at=at)
        if found:
            raise Refused(found)
    elif draft.kind == ASK or data.get("decision") in ON_READING:
        _refuse_reading(state, draft, data, actor=actor, at=at)
    elif not draft.correction_kind and course_of(state, data) is None:
        raise Refused.because(SEVERAL if state.courses.open else NONE)
    elif data.get("danger_look") == "danger_first":
        raise Refused([Problem("danger_look", NO_DANGER, True)])


def _begun_for_another(data: Mapping[str, Any], *, actor: Viewer, at: datetime) -> list[Problem]:
    """Whoever comes only to children given by name begins themselves: a task of another's course would lead nowhere."""
    role = str(data.get("provider", ""))
    found = rules.access_rules(at=at)
    if role not in found.roles or role in actor.roles or actor.is_worker:
        return []
    through = found.relations(role=role, part=PART, action=f"record.{START}")
    return [Problem("provider", OWN_ONLY, True)] if through == {"own_case"} else []


def _refuse_reading(
    state: CaseState, draft: Draft, data: Mapping[str, Any], *, actor: Viewer, at: datetime
) -> None:
    """Nothing, when this one may ask to read a course, or say who reads it."""
    course = any_course_of(state, data)
    if course is None:
        raise Refused.because(NO_COURSE)
    posts = {str(post) for post in actor.post_ids}
    if draft.kind == ASK:
        if posts & readers(state).get(course.id, set()):
            raise Refused.because(ASKS_NOTHING)
    elif str(course.start.post) not in posts and not access.may_do(viewer=actor, action=SUPERVISES, at=at):
        raise Refused([Problem("decision", NOT_YOURS, True)])


def any_course_of(state: CaseState, data: Mapping[str, Any]) -> Course | None:
    """The course that a record names, also one that is over; else the only one."""
    courses = state.courses.all()
    named = str(data.get("course") or "").partition(":")[0]
    while named in state.courses.instead:
        named = state.courses.instead[named]
    if not named:
        return courses[0] if len(courses) == 1 else None
    return next((each for each in courses if each.id == named), None)


def unfit(
    content: Mapping[str, Any], data: Mapping[str, Any], *, child: Child, state: CaseState, at: datetime
) -> Iterator[Problem]:
    """Why a course can't begin so, each at its place."""
    protocol = protocol_of(str(data.get("protocol", "")), content)
    if protocol is None:
        yield Problem("protocol", "本地没有这种办法，没有保存。请另选一种。", True)
        return
    zh = protocol["zh"]
    if data.get("service") not in protocol["services"]:
        yield Problem("service", f"“{zh}”落实的不是这项服务。没有保存，请换一项服务，或换一种办法。", True)
    if data.get("recipient") not in protocol["recipients"]:
        yield Problem("recipient", f"“{zh}”不是给这类服务对象的。没有保存，请换一种办法。", True)
    if data.get("form_of") not in protocol["forms"]:
        yield Problem("form_of", f"“{zh}”不用这种形式。没有保存。", True)
    if data.get("provider") not in protocol["by"]:
        yield Problem("provider", f"“{zh}”不由这类岗位做。没有保存。", True)
    if data.get("qualification") not in protocol["qualifications"]:
        yield Problem("qualification", f"“{zh}”要有别的资质的人做。没有保存。", True)
    if data.get("trained") != "yes":
        yield Problem("trained", "没有受过培训、没有人督导的，不能开始。没有保存。", True)
    if data.get("agreed") != "yes":
        yield Problem("agreed", "本人不愿意的，先不开始；可以换一个人谈，或换一种办法。没有保存。", True)
    yield from _too_young(protocol, data, child, at)
    if _is_ruled_out(protocol, state):
        said = f"孩子现在的情况不能开始“{zh}”：先办完危机、安全核实，或先做更强的服务。没有保存。"
        yield Problem("protocol", said, True)
    words = {each["id"]: each["zh"] for each in content["exclusions"]}
    for name in protocol.get("exclusions", ()):
        if data.get(name) != RULED_OUT:
            said = f"有“{words[name]}”或还不清楚，不能开始“{zh}”。先办这件事，或换一种办法。没有保存。"
            yield Problem(name, said, True)


def _is_ruled_out(protocol: Mapping[str, Any], state: CaseState) -> bool:
    """Whether what the file already knows stands against a method."""
    rule = str(protocol.get("not_when") or "")
    return bool(rule) and evaluate(
        parse(rule, vocabulary=vocabulary(state.pathway.content)), state.names()
    ) is True


def offers(
    content: Mapping[str, Any], *, child: Child, state: CaseState, roles: Set[str], at: datetime
) -> list[tuple[Mapping[str, Any], str]]:
    """Every method with why it can't be begun for this child by these roles; empty where nothing stands against it."""
    providers = {role for each in content["protocols"] for role in each["by"]}
    age = age_on(child.birth_month, at.astimezone(CHINA).date())
    return [(each, _against(each, age=age, state=state, roles=roles & providers)) for each in content["protocols"]]


def _against(protocol: Mapping[str, Any], *, age: int | None, state: CaseState, roles: Set[str]) -> str:
    ages = protocol["ages"]
    if roles and not roles & set(protocol["by"]):
        return "不由您这类岗位做"
    if _is_ruled_out(protocol, state):
        return "先办完危机、安全核实，或先做更强的服务"
    if CARER not in protocol["recipients"] and age is not None and not ages["from"] <= age <= ages["to"]:
        return f"适合 {ages['from']}–{ages['to']} 岁"
    return ""


def _too_young(
    protocol: Mapping[str, Any], data: Mapping[str, Any], child: Child, at: datetime
) -> Iterator[Problem]:
    """The ages are those of the child who is counselled; a carer's age nobody asks."""
    age = age_on(child.birth_month, at.astimezone(CHINA).date())
    ages = protocol["ages"]
    if data.get("recipient") == CHILD and age is not None and not ages["from"] <= age <= ages["to"]:
        zh = f"“{protocol['zh']}”适合 {ages['from']}–{ages['to']} 岁，孩子现在 {age} 岁。没有保存，请换一种办法。"
        yield Problem("protocol", zh, True)

