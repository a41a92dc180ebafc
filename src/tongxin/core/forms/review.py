"""One walk through a form: what was answered, what is shown, what rules may know, what can't stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tongxin.core.forms.amounts import within
from tongxin.core.forms.facts import learned_from
from tongxin.core.forms.model import AnswerError, Field, Form, Problem
from tongxin.core.forms.texts import words
from tongxin.core.forms.values import normalise
from tongxin.core.language import Rule, evaluate

_MOST_ROWS = 50
_MISSING_ZH = {"list": "请至少添加一条", "instrument": "没有作答"}


@dataclass(slots=True)
class Review:
    """What one reading of the answers found; `answers` are in their one written form."""

    answers: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)


def review(form: Form, answers: object, *, on: date | None = None, age: int | None = None) -> Review:
    """Everything that follows from these answers; never an exception, whatever was sent.

    `age` is the child's in completed years. Answers of hidden fields are kept where they fit; they
    raise no problem, since nobody could see it.
    """
    found = Review(facts={"on": on, "child_age": age})
    walk = _Walk(found=found, on=on, age=age, known=found.facts)
    found.answers = walk.read_all(form.fields, answers)
    return found


def label(zh: str) -> str:
    """A question's wording, short enough to stand inside a message."""
    return f"「{zh if len(zh) <= 20 else zh[:19] + '…'}」"


@dataclass(frozen=True, slots=True)
class _Walk:
    """The answers of a form, or of one row of a list, read from top to bottom."""

    found: Review
    on: date | None
    age: int | None
    known: dict[str, Any]
    path: str = ""
    row: str = ""

    def _unjudged(self, shown: set[str]) -> _Walk:
        """The same place, read without raising problems or teaching the rules."""
        return replace(self, found=Review(shown=shown), known=dict(self.known))

    def read_all(self, fields: tuple[Field, ...], answers: object) -> dict[str, Any]:
        if not isinstance(answers, Mapping):
            self._note(self.path, f"{self.row}内容格式不对，没有保留", kept=False)
            answers = {}
        read = {}
        for asked in fields:
            raw = answers.get(asked.id)
            value = self._plain(asked, raw) if asked.is_plain and raw else self._take(asked, raw)
            if not _is_blank(value):
                read[asked.id] = value
        expected = {asked.id for asked in fields if asked.type != "note"}
        for name in answers:
            if name not in expected:
                self._note(self.path + _safe(name), f"{self.row}表里没有这一项，没有保留", kept=False)
        return read

    def _plain(self, asked: Field, raw: object) -> Any:
        """As `_take`, for words without conditions, of which a long form mostly consists."""
        try:
            value = words(asked, raw)
        except AnswerError:
            value = None
        if value is None:
            return self._take(asked, raw)
        self.found.shown.add(self.path + asked.id)
        return value

    def _take(self, asked: Field, raw: object) -> Any:
        if asked.min_age is not None and (self.age is None or self.age < asked.min_age):
            if not _is_blank(raw):
                self._refuse(asked, f"只问年满 {asked.min_age} 周岁的儿童，没有保留", kept=False)
            return None
        if asked.show_if and evaluate(asked.show_if, self.known) is not True:
            return self._unjudged(set())._read(asked, raw)
        self.found.shown.add(self.path + asked.id)
        value = self._read(asked, raw)
        self.known.update(learned_from(asked, value))
        return value

    def _read(self, asked: Field, raw: object) -> Any:
        before = len(self.found.problems)
        try:
            value = self._value(asked, raw)
        except AnswerError as refusal:
            self._refuse(asked, f"：{refusal.zh}", kept=refusal.kept)
            return None
        if _is_blank(value) and len(self.found.problems) == before and self._is_required(asked):
            self._refuse(asked, _MISSING_ZH.get(asked.type, "没有选择" if asked.options else "没有填写"))
        return value

    def _value(self, asked: Field, raw: object) -> Any:
        if asked.type == "note":
            return None
        if asked.escape and isinstance(raw, str) and raw in [option.code for option in asked.escape]:
            return raw
        if asked.type == "list":
            return self._rows(asked, raw)
        return self._sheet(asked, raw) if asked.sheet else normalise(asked, raw, on=self.on)

    def _rows(self, asked: Field, raw: object) -> list[dict[str, Any]]:
        rows = [] if _is_blank(raw) else raw
        if not isinstance(rows, list) or len(rows) > _MOST_ROWS * 4:
            raise AnswerError("内容格式不对，应为若干条", kept=False)
        read, learned = [], []
        for index, row in enumerate(rows):
            place = f"{self.path}{asked.id}[{index}]."
            inside = replace(self, known=dict(self.known), path=place, row=f"第 {index + 1} 条")
            if _is_blank(row) or (isinstance(row, Mapping) and all(map(_is_blank, row.values()))):
                inside._unjudged(self.found.shown).read_all(asked.fields, {})
                continue
            read.append(inside.read_all(asked.fields, row))
            learned.append(
                {each.id: inside.known[each.id] for each in asked.fields if each.id in inside.known}
            )
        if read:
            self.known[asked.id] = learned
            within(replace(asked, high=asked.high or _MOST_ROWS), len(read), unit="条")
        return read

    def _sheet(self, asked: Field, raw: object) -> dict[str, str]:
        if not isinstance(raw, Mapping) and not _is_blank(raw):
            raise AnswerError("内容格式不对，应为各题的选项", kept=False)
        chosen = dict(raw) if isinstance(raw, Mapping) else {}
        read, is_required = {}, self._is_required(asked)
        for item in asked.sheet.items if asked.sheet else ():
            choice, place = chosen.pop(item.id, None), f"{self.path}{asked.id}.{item.id}"
            if isinstance(choice, str) and choice in [option.code for option in item.options]:
                read[item.id] = choice
            elif not _is_blank(choice):
                self._note(
                    f"{self.path}{asked.id}.{item.id}",
                    f"{label(item.zh)}：不是可选的项，请重新选择",
                    kept=False,
                )
            elif is_required:
                self._note(place, f"{self.row}{label(item.zh)}没有选择")
        if chosen:
            self._refuse(asked, "里有不认识的题目，没有保留", kept=False)
        return read

    def _is_required(self, asked: Field) -> bool:
        return asked.required or _is_true(asked.required_if, self.known)

    def _refuse(self, asked: Field, zh: str, *, kept: bool = True) -> None:
        self._note(self.path + asked.id, f"{self.row}{label(asked.zh)}{zh}", kept=kept)

    def _note(self, path: str, zh: str, *, kept: bool = True) -> None:
        self.found.problems.append(Problem(path, zh, kept))


def _is_true(rule: Rule | None, known: Mapping[str, Any]) -> bool:
    return rule is not None and evaluate(rule, known) is True


def _is_blank(value: object) -> bool:
    return value is None or value in ("", [], {})


def _safe(name: object) -> str:
    return (
        name if isinstance(name, str) and name.isascii() and name.isidentifier() and len(name) <= 64 else "?"
    )
