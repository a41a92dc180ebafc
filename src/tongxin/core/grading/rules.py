"""All rules about a child's record, read together from their definitions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from tongxin.core import forms, instruments
from tongxin.core.forms import Form, Review, Sheet
from tongxin.core.grading.facts import Facts, facts_of
from tongxin.core.grading.gates import Gates, OpenGate, open_gates, read_gates
from tongxin.core.grading.grade import Proposal, grade
from tongxin.core.grading.identify import IdentificationRules, Identified, identify, read_identification
from tongxin.core.grading.rubric import Rubric, read_rubric
from tongxin.core.grading.scheme import Scheme, read_scheme
from tongxin.core.grading.sheets import sheet_of
from tongxin.core.grading.vocabulary import Names, read_names, vocabulary_of
from tongxin.core.instruments import Instrument, Score
from tongxin.core.language import Vocabulary

Content = Mapping[str, Any]
Get = Callable[[str, str], Content]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one filled form comes to."""

    facts: Facts
    scores: Mapping[str, Score]
    gates: tuple[OpenGate, ...]
    identified: Identified | None
    proposals: Mapping[str, Proposal]

    @property
    def alarms(self) -> tuple[dict[str, Any], ...]:
        """What the open gates raise, as the pathway reads it."""
        return tuple(gate.alarm for gate in self.gates)


@dataclass(frozen=True)
class Rules:
    """The rules in force in one place on one day."""

    names: Names
    vocabulary: Vocabulary
    instruments: Mapping[str, Instrument]
    gates: Gates
    rubric: Rubric
    schemes: Mapping[str, Scheme]
    identification: Mapping[str, IdentificationRules]
    option_sets: Content

    def form(self, content: Content) -> Form:
        """The form written in `content`, its fields bound to the field list."""
        return forms.read(content, option_sets=self.option_sets, bindings=self.bindings, instruments=self.sheets)

    @cached_property
    def bindings(self) -> Mapping[str, Mapping[str, str]]:
        """What forms are told of the fields they bind to."""
        return {id: {"type": bound.type} for id, bound in self.names.fields.items()}

    @cached_property
    def sheets(self) -> Mapping[str, Sheet]:
        """The questionnaires as forms embed them."""
        return {id: sheet_of(instrument) for id, instrument in self.instruments.items()}

    def scores(self, form: Form, review: Review, *, age_months: int | None = None) -> dict[str, Score]:
        """The scores of the questionnaires that were shown and at least begun."""
        begun = {
            field.sheet.id: review.answers[field.id]
            for field in form.fields
            if field.sheet is not None and field.id in review.shown and review.answers.get(field.id)
        }
        return {
            id: instruments.score(self.instruments[id], answers, age_months=age_months) for id, answers in begun.items()
        }

    def facts(self, form: Form, review: Review, *, on: date, age_months: int | None = None) -> Facts:
        """What a reviewed form tells the rules."""
        scores = self.scores(form, review, age_months=age_months)
        return self._facts(form, review, scores, on=on, age_months=age_months)

    def outcome(
        self,
        form: Form,
        review: Review,
        *,
        on: date,
        age_months: int | None = None,
        known: Mapping[str, Any] | None = None,
        standing: str | None = None,
    ) -> Outcome:
        """Scores, gates, identification result and proposals that follow from a reviewed form.

        Gates read this form alone. `known` are facts of earlier records that grading may use beside it;
        where both speak, the form does.
        """
        scores = self.scores(form, review, age_months=age_months)
        facts = self._facts(form, review, scores, on=on, age_months=age_months)
        rules = self.identification.get(form.id)
        return Outcome(
            facts=facts,
            scores=scores,
            gates=open_gates(self.gates, facts),
            identified=identify(rules, facts, gates=self.gates) if rules else None,
            proposals=self.proposals({**(known or {}), **facts}, on=on, standing=standing) if "cells" in facts else {},
        )

    def proposals(self, facts: Mapping[str, Any], *, on: date, standing: str | None = None) -> dict[str, Proposal]:
        """What each scheme proposes for these facts."""
        return {
            id: grade(scheme, facts, gates=self.gates, on=on, standing=standing) for id, scheme in self.schemes.items()
        }

    def _facts(
        self, form: Form, review: Review, scores: Mapping[str, Score], *, on: date, age_months: int | None
    ) -> Facts:
        age = None if age_months is None else age_months // 12
        return facts_of(form, review.answers, names=self.names, scores=scores, on=on, age=age, shown=review.shown)


def read_rules(
    get: Get,
    *,
    instrument_ids: tuple[str, ...],
    scheme_ids: tuple[str, ...],
    identification_ids: tuple[str, ...],
) -> Rules:
    """The rules whose contents `get(kind, id)` gives; DefinitionError where one can't be read."""
    option_sets = get("fields", "option_sets")["sets"]
    names = read_names(get("fields", "fields"), option_sets=option_sets)
    sheets = {id: instruments.read(get("instruments", id)) for id in instrument_ids}
    vocabulary = vocabulary_of(names, instruments=sheets)
    rubric = read_rubric(get("rubric", "rubric"), vocabulary=vocabulary)
    return Rules(
        names=names,
        vocabulary=vocabulary,
        instruments=sheets,
        gates=read_gates(get("gates", "gates"), vocabulary=vocabulary),
        rubric=rubric,
        schemes={id: read_scheme(get("grading", id), rubric=rubric) for id in scheme_ids},
        identification={
            id: read_identification(get("identification", id), vocabulary=vocabulary) for id in identification_ids
        },
        option_sets=option_sets,
    )
