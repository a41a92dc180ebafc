"""What the definitions of training and of its lessons must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from")
NUMBERS = {"minutes_per_hour": 120, "hours_a_day": 24}
NAMED = ("audiences", "subjects", "ways", "leaves", "cancels", "revokes")
BODY = (
    "means", *NUMBERS, *NAMED, "line", "session", "sign_in", "wrong_codes", "limits", "late_after", "targets",
    "remind_again", "quiz", "exams", "columns", "option_lists",
)
TARGET = ("id", "zh", "audience", "percent", "hours", "source")
EXAM = (
    "id", "zh", "means", "subject", "roles", "lessons", "draw", "percent", "minutes", "tries", "again", "within",
    "hours", "valid",
)
COLUMNS = ("name", "audience", "town", "village", "subject", "day", "hours", "result")
WRONG = ("pause", "forgotten_after", "known_for")
LESSON = ("version", "subject", "roles", "minutes", "text", "questions")


def check_training(content: Content) -> None:
    """Nothing, when a county can train by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *BODY), optional=DATED)
    for key, high in NUMBERS.items():
        take.number(content, key, "", 0, low=1, high=high)
    known = {key: _named(content[key], key) for key in NAMED}
    lists = {**content["option_lists"], **{key: content[key] for key in ("subjects", "audiences", "ways")}}
    for key in ("line", "session"):
        check_fields(content[key], key, lists)
    sign_in = take.mapping(content["sign_in"], "sign_in", required=("before", "late", "after"))
    wrong = take.mapping(content["wrong_codes"], "wrong_codes", required=("tries", *WRONG))
    take.number(wrong, "tries", "wrong_codes", 0, low=3, high=30)
    for key in WRONG:
        span_at(wrong[key], f"wrong_codes.{key}")
    limits = take.mapping(content["limits"], "limits", required=("minutes", "rows", "back", "ahead", "plan_years"))
    for key in ("before", "late", "after"):
        span_at(sign_in[key], f"sign_in.{key}")
    for key, high in (("minutes", 1440), ("rows", 20000)):
        take.number(limits, key, "limits", 0, low=1, high=high)
    years = take.mapping(limits["plan_years"], "limits.plan_years", required=("ahead", "back"))
    for key in ("ahead", "back"):
        take.number(years, key, "limits.plan_years", 0, low=0, high=20)
    for value, path in (
        (limits["back"], "limits.back"), (limits["ahead"], "limits.ahead"), (content["late_after"], "late_after"),
        (content["remind_again"], "remind_again"),
    ):
        span_at(value, path)
    _percent(take.mapping(content["quiz"], "quiz", required=("percent", "phone_within")), "quiz")
    span_at(content["quiz"]["phone_within"], "quiz.phone_within")
    _targets(content, known)
    _exams(content, known)
    take.mapping(content["columns"], "columns", required=COLUMNS)


def _targets(content: Content, known: Mapping[str, list[str]]) -> None:
    found = []
    for at, each in enumerate(take.sequence(content["targets"], "targets")):
        here = f"targets[{at}]"
        row = take.mapping(each, here, required=TARGET)
        found.append(take.identifier(row, here))
        _among(row["audience"], known["audiences"], f"{here}.audience")
        _percent(row, here)
        take.number(row, "hours", here, 0, low=1, high=400)
    take.unrepeated(found, "targets", "目标")


def _exams(content: Content, known: Mapping[str, list[str]]) -> None:
    found = []
    for at, each in enumerate(take.sequence(content["exams"], "exams")):
        here = f"exams[{at}]"
        row = take.mapping(each, here, required=EXAM)
        found.append(take.identifier(row, here))
        _among(row["subject"], known["subjects"], f"{here}.subject")
        _percent(row, here)
        for key, high in (("draw", 100), ("minutes", 240), ("tries", 20), ("hours", 40)):
            take.number(row, key, here, 0, low=1, high=high)
        for key in ("again", "within", "valid"):
            span_at(row[key], f"{here}.{key}")
    take.unrepeated(found, "exams", "考试")


def check_lesson(content: Content) -> None:
    """Nothing, when somebody can learn from this and be asked about it."""
    take.mapping(content, "", required=(*HEAD, *LESSON), optional=DATED)
    take.number(content, "minutes", "", 0, low=1, high=60)
    for at, each in enumerate(take.sequence(content["text"], "text")):
        row = take.mapping(each, f"text[{at}]", required=("zh", "lines"))
        take.sequence(row["lines"], f"text[{at}].lines")
    found = []
    for at, each in enumerate(take.sequence(content["questions"], "questions")):
        here = f"questions[{at}]"
        row = take.mapping(each, here, required=("id", "zh", "options", "right", "because"))
        found.append(take.identifier(row, here))
        _among(row["right"], _named(row["options"], f"{here}.options"), f"{here}.right")
    take.unrepeated(found, "questions", "题目")


def _named(raw: object, path: str) -> list[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh"), optional=("roles",))
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")
    return found


def _percent(row: Content, path: str) -> None:
    take.number(row, "percent", path, 0, low=1, high=100)


def _among(value: object, known: list[str], path: str) -> None:
    if value not in known:
        raise DefinitionError(path, f"没有“{value}”", f"可写：{'、'.join(known)}")
