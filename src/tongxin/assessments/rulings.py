"""Gates, identification rules, rubric and scheme as they hold in a county, read once per version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from tongxin.assessments.forms import instrument_of
from tongxin.core import grading
from tongxin.core.grading import Gates, IdentificationRules, Names, Scheme
from tongxin.rulebook import rules

EMBEDDED = ("phq_9", "phq_a", "gad_7", "who_5")


@dataclass(frozen=True, slots=True)
class Rulings:
    """Everything that judges a child's answers in one place at one moment."""

    names: Names
    gates: Gates
    scheme: Scheme
    identifications: Mapping[str, IdentificationRules]
    hashes: Mapping[str, str]

    @property
    def highest(self) -> str:
        return self.scheme.rubric.order[-1]

    def identification(self, form_id: str) -> IdentificationRules:
        return self.identifications[form_id]


def scheme_in(*, region: str, at: datetime) -> str:
    """The id of the grading scheme that a region shows (its brand says so)."""
    return str(rules.resolve("brand", "brand", region=region, at=at).content.get("scheme", "mental_health"))


def rulings_in(*, region: str, at: datetime) -> Rulings:
    """The rulings in force in a county."""
    scheme = scheme_in(region=region, at=at)
    wanted = {
        "option_sets": ("fields", "option_sets"), "fields": ("fields", "fields"), "gates": ("gates", "gates"),
        "rubric": ("rubric", "rubric"), "scheme": ("grading", scheme),
        "identification_form": ("identification", "identification_form"),
        "identification_form_0_3": ("identification", "identification_form_0_3"),
        **{name: ("instruments", name) for name in EMBEDDED},
    }
    hashes = {name: rules.resolve(kind, id, region=region, at=at).hash for name, (kind, id) in wanted.items()}
    return _read(tuple(sorted(hashes.items())))


@lru_cache(maxsize=32)
def _read(hashes: tuple[tuple[str, str], ...]) -> Rulings:
    by_name = dict(hashes)
    content: dict[str, Mapping[str, Any]] = {name: rules.content_of(hash) for name, hash in hashes}
    names = grading.read_names(content["fields"], option_sets=content["option_sets"]["option_sets"])
    vocabulary = grading.vocabulary_of(names, instruments={name: instrument_of(by_name[name]) for name in EMBEDDED})
    rubric = grading.read_rubric(content["rubric"], vocabulary=vocabulary)
    return Rulings(
        names=names, gates=grading.read_gates(content["gates"], vocabulary=vocabulary),
        scheme=grading.read_scheme(content["scheme"], rubric=rubric),
        identifications={
            name: grading.read_identification(content[name], vocabulary=vocabulary)
            for name in ("identification_form", "identification_form_0_3")
        },
        hashes=by_name,
    )
