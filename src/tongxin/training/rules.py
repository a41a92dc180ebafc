"""What `definitions/training` and `definitions/lessons` say: audiences, targets, exams, lessons and questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.accounts import throttle
from tongxin.accounts.throttle import Limits
from tongxin.registers.rules import Field, fields_in, words_of
from tongxin.rulebook import rules, shipped

KIND, LESSONS = "training", "lessons"
TENTHS = 10
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Audience:
    """One kind of people; `roles` are their posts here, empty where only lists tell of them."""

    id: str
    zh: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """What a year is to bring: this share of an audience, so many minutes each."""

    id: str
    zh: str
    audience: str
    percent: int
    hours: int
    minutes: int
    source: str


@dataclass(frozen=True, slots=True)
class Exam:
    """An exam: from which lessons how many questions, how often, and how long its certificate holds."""

    id: str
    zh: str
    means: str
    subject: str
    roles: frozenset[str]
    lessons: tuple[str, ...]
    draw: int
    percent: int
    lasts: timedelta
    tries: int
    again: timedelta
    within: timedelta
    minutes: int
    valid: timedelta


@dataclass(frozen=True, slots=True)
class Training:
    """The rules of a county."""

    means: str
    minutes_per_hour: int
    minutes_a_day: int
    audiences: Mapping[str, Audience]
    subjects: Words
    ways: Words
    line: tuple[Field, ...]
    session: tuple[Field, ...]
    before: timedelta
    late: timedelta
    after: timedelta
    wrong_codes: Limits
    most_minutes: int
    most_rows: int
    back: timedelta
    ahead: timedelta
    plan_years: tuple[int, int]
    late_after: timedelta
    targets: Mapping[str, Target]
    remind_again: timedelta
    quiz_percent: int
    phone_within: timedelta
    exams: Mapping[str, Exam]
    columns: Mapping[str, tuple[str, ...]]
    leaves: Words
    cancels: Words
    revokes: Words

    def hours(self, minutes: int) -> str:
        """Minutes as 学时 with one decimal, rounded down."""
        tenths = minutes * TENTHS // self.minutes_per_hour
        return f"{tenths // TENTHS}.{tenths % TENTHS}" if tenths % TENTHS else str(tenths // TENTHS)

    def lacking(self, minutes: int) -> str:
        """Minutes that are lacking as 学时, rounded up: whoever learns that much has reached it."""
        tenths = -(-max(minutes, 0) * TENTHS // self.minutes_per_hour)
        return f"{tenths // TENTHS}.{tenths % TENTHS}" if tenths % TENTHS else str(tenths // TENTHS)

    def audience_of(self, role: str) -> str:
        """The audience to which a role belongs; empty when to none."""
        return next((each.id for each in self.audiences.values() if role in each.roles), "")


@dataclass(frozen=True, slots=True)
class Question:
    """One question with the one answer that is right, and why."""

    id: str
    zh: str
    options: Words
    right: str
    because: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A short text with its questions."""

    id: str
    zh: str
    version: str
    source: str
    subject: str
    roles: frozenset[str]
    minutes: int
    text: tuple[tuple[str, tuple[str, ...]], ...]
    questions: tuple[Question, ...]
    hash: str = ""


def training_in(*, region: str, at: datetime) -> Training:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def lesson_ids(*, region: str, at: datetime) -> Iterator[str]:
    """The lessons that are in force in a county."""
    return iter(rules.ids_in_force(LESSONS, region=region, at=at))


def lesson_in(name: str, *, region: str, at: datetime) -> Lesson | None:
    """One lesson as it stands at a moment; None when there is none."""
    try:
        found = rules.resolve(LESSONS, name, region=region, at=at)
    except rules.NotAdopted:
        return None
    return read_lesson(found.content, hash=found.hash)


def lessons_in(*, region: str, at: datetime) -> list[Lesson]:
    """All lessons of a county, in the order of the first exam that asks for them."""
    order = [name for exam in training_in(region=region, at=at).exams.values() for name in exam.lessons]
    names = sorted(
        lesson_ids(region=region, at=at), key=lambda each: (order.index(each) if each in order else len(order), each)
    )
    return [found for each in names if (found := lesson_in(each, region=region, at=at))]


def read_lesson(content: Mapping[str, Any], *, hash: str = "") -> Lesson:
    """The definition as an object."""
    return Lesson(
        id=content["id"], zh=content["zh"], version=str(content["version"]), source=str(content["source"]),
        subject=content["subject"], roles=frozenset(content["roles"]), minutes=int(content["minutes"]), hash=hash,
        text=tuple((each["zh"], tuple(each["lines"])) for each in content["text"]),
        questions=tuple(
            Question(each["id"], each["zh"], words_of(each["options"]), each["right"], each["because"])
            for each in content["questions"]
        ),
    )


def _read(content: Mapping[str, Any]) -> Training:
    lists = {name: words_of(content[name]) for name in ("subjects", "audiences", "ways")} | {
        name: words_of(each) for name, each in content["option_lists"].items()
    }
    per_hour, limits, sign_in = int(content["minutes_per_hour"]), content["limits"], content["sign_in"]
    return Training(
        means=content["means"], minutes_per_hour=per_hour, minutes_a_day=int(content["hours_a_day"]) * per_hour,
        audiences={
            each["id"]: Audience(each["id"], each["zh"], frozenset(each.get("roles", ())))
            for each in content["audiences"]
        },
        subjects=lists["subjects"], ways=lists["ways"],
        line=fields_in(content["line"], lists), session=fields_in(content["session"], lists),
        before=timedelta(**sign_in["before"]), late=timedelta(**sign_in["late"]), after=timedelta(**sign_in["after"]),
        wrong_codes=throttle.read(content["wrong_codes"]),
        most_minutes=int(limits["minutes"]), most_rows=int(limits["rows"]), back=timedelta(**limits["back"]),
        ahead=timedelta(**limits["ahead"]),
        plan_years=(int(limits["plan_years"]["back"]), int(limits["plan_years"]["ahead"])),
        late_after=timedelta(**content["late_after"]),
        targets={each["id"]: _target(each, per_hour) for each in content["targets"]},
        remind_again=timedelta(**content["remind_again"]), quiz_percent=int(content["quiz"]["percent"]),
        phone_within=timedelta(**content["quiz"]["phone_within"]),
        exams={each["id"]: _exam(each, per_hour) for each in content["exams"]},
        columns={name: tuple(each) for name, each in content["columns"].items()},
        leaves=words_of(content["leaves"]), cancels=words_of(content["cancels"]), revokes=words_of(content["revokes"]),
    )


def _target(raw: Mapping[str, Any], per_hour: int) -> Target:
    hours = int(raw["hours"])
    return Target(
        raw["id"], raw["zh"], raw["audience"], int(raw["percent"]), hours, hours * per_hour, str(raw["source"])
    )


def _exam(raw: Mapping[str, Any], per_hour: int) -> Exam:
    return Exam(
        id=raw["id"], zh=raw["zh"], means=raw["means"], subject=raw["subject"], roles=frozenset(raw["roles"]),
        lessons=tuple(raw["lessons"]), draw=int(raw["draw"]), percent=int(raw["percent"]),
        lasts=timedelta(minutes=int(raw["minutes"])), tries=int(raw["tries"]), again=timedelta(**raw["again"]),
        within=timedelta(**raw["within"]), minutes=int(raw["hours"]) * per_hour, valid=timedelta(**raw["valid"]),
    )
