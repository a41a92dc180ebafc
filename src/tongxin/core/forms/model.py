"""What a form is: sections of fields, each bound to one fact that the file keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from tongxin.core.language import Rule

TODAY = "today"

TEXTS = frozenset({"text", "long_text", "name", "id_no", "phone", "division", "signature_name"})
PLAIN = frozenset({"text", "long_text", "name", "signature_name"})
CHOICES = frozenset({"code", "codes", "yes_no"})
MOMENTS = frozenset({"date", "datetime", "month"})
NUMBERS = frozenset({"int", "decimal"})
TYPES = TEXTS | CHOICES | MOMENTS | NUMBERS | {"instrument", "list", "note"}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen; `score` is only what an instrument counts.

    One that is retired is no longer offered; answers that chose it keep their word.
    """

    code: str
    zh: str
    score: int | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question of an instrument, in its printed wording."""

    id: str
    zh: str
    options: tuple[Option, ...]
    number: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom an instrument may be put: which ages in completed years, by which roles, and until which day."""

    youngest: int
    oldest: int
    roles: tuple[str, ...]
    has_words: bool
    until: str

    def fits(self, age: int | None) -> bool:
        """Whether the child's age is one that the instrument is made for; an unknown age never is."""
        return age is not None and self.youngest <= age <= self.oldest


@dataclass(frozen=True, slots=True)
class Sheet:
    """An instrument as a form shows it: wording and options, no norms and no cut-offs.

    `notice` is printed below the questions; `remarks` tell whoever hands it out what to know beforehand.
    """

    id: str
    zh: str
    stem: str
    items: tuple[Item, ...]
    notice: str = ""
    remarks: tuple[str, ...] = ()
    offer: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form, with the rules for when it is asked and what it accepts."""

    id: str
    zh: str
    type: str
    binds: str | None = None
    sealed: bool = True
    required: bool = False
    required_if: Rule | None = None
    show_if: Rule | None = None
    min_age: int | None = None
    help: str = ""
    prefill: bool = False
    default: tuple[str, str] = ("", "")
    options: tuple[Option, ...] = ()
    escape: tuple[Option, ...] = ()
    low: int | Decimal | str | None = None
    high: int | Decimal | str | None = None
    max_length: int = 0
    pattern: str = ""
    pattern_zh: str = ""
    scale: int = 0
    fields: tuple[Field, ...] = ()
    sheet: Sheet | None = None
    # Words that everybody is asked for and that no rule hears of.
    is_plain: bool = field(init=False, compare=False, repr=False, default=False)

    def __post_init__(self) -> None:
        has_conditions = self.show_if is not None or self.min_age is not None or bool(self.escape or self.options)
        object.__setattr__(self, "is_plain", self.type in PLAIN and not has_conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields under one heading; a matrix shows its questions as rows under common options."""

    id: str
    zh: str
    help: str
    matrix: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Ages:
    """Completed years from–to for which a form is made, on the day that the field `on` says."""

    low: int
    high: int
    on: str
    source: str

    @property
    def zh(self) -> str:
        return f"{self.low}–{self.high} 周岁"


@dataclass(frozen=True, kw_only=True)
class Form:
    """A dated form: the kind of entry it records, about whom, and the action one needs to fill it in."""

    id: str
    zh: str
    version: str
    source: str
    kind: str
    intro: str
    sections: tuple[Section, ...]
    action: str = ""
    subject: str = ""
    filled_by: str = ""
    ages: Ages | None = None

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields that don't stand inside a list, in the order of the page."""
        return tuple(field for section in self.sections for field in section.fields)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that can't stand as written: where, why, and whether the writing was kept."""

    path: str
    zh: str
    kept: bool


class AnswerError(ValueError):
    """An answer that can't stand; `kept` says whether the page may go on showing it."""

    def __init__(self, zh: str, *, kept: bool = True) -> None:
        self.zh = zh
        self.kept = kept
        super().__init__(zh)
