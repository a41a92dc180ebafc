"""Identification by lay people: healthy, refer, or not finished; never a colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.grading.gates import Gates, OpenGate, open_gates
from tongxin.core.grading.reading import Reason, condition, read_values, reason, unrepeated_ids, with_values
from tongxin.core.language import Rule, Vocabulary, evaluate

HEALTHY, REFER, INCOMPLETE = "healthy", "refer", "incomplete"
NOTHING_FOUND = Reason("healthy", "逐条看过，没有看到需要评估的情况。")


@dataclass(frozen=True, slots=True)
class Finding:
    """When it holds, the result can't be better than its list says."""

    id: str
    because: str
    when: Rule


@dataclass(frozen=True, slots=True)
class IdentificationRules:
    """The rules of one identification form."""

    id: str
    version: str
    results: Mapping[str, str]
    refer: tuple[Finding, ...]
    incomplete: tuple[Finding, ...]
    again_months: int


@dataclass(frozen=True, slots=True)
class Identified:
    """The result with all reasons; `alarms` are what the gates raise."""

    result: str
    zh: str
    reasons: tuple[Reason, ...]
    gates: tuple[OpenGate, ...]

    @property
    def alarms(self) -> tuple[dict[str, Any], ...]:
        return tuple(gate.alarm for gate in self.gates)


def read_identification(content: Mapping[str, Any], *, vocabulary: Vocabulary) -> IdentificationRules:
    """The rules as written in `definitions/identification`."""
    required = ("id", "zh", "version", "source", "results", "refer", "incomplete", "again")
    take.mapping(content, "", required=required, optional=("values", "valid_from", "means"))
    numbers, facts = read_values(content)
    words = with_values(vocabulary, facts, {})
    take.mapping(content["results"], "results", required=(HEALTHY, REFER, INCOMPLETE))
    return IdentificationRules(
        id=content["id"],
        version=str(content["version"]),
        results=content["results"],
        refer=_findings(content["refer"], "refer", words, numbers),
        incomplete=_findings(content["incomplete"], "incomplete", words, numbers),
        again_months=take.number(content["again"], "value", "again", 0, low=1, high=12),
    )


def identify(rules: IdentificationRules, facts: Mapping[str, Any], *, gates: Gates) -> Identified:
    """What one identification comes to: a danger or enough signs refer, a gap leaves it unfinished."""
    opened = open_gates(gates, facts)
    refer = tuple(gate.reason for gate in opened) + _held(rules.refer, facts)
    if refer:
        return Identified(REFER, rules.results[REFER], refer, opened)
    gaps = _held(rules.incomplete, facts)
    if gaps:
        return Identified(INCOMPLETE, rules.results[INCOMPLETE], gaps, opened)
    return Identified(HEALTHY, rules.results[HEALTHY], (NOTHING_FOUND,), opened)


def _held(findings: tuple[Finding, ...], facts: Mapping[str, Any]) -> tuple[Reason, ...]:
    return tuple(reason(f.id, f.because, f.when, facts) for f in findings if evaluate(f.when, facts) is True)


def _findings(rows: Any, path: str, words: Vocabulary, values: Mapping[str, int]) -> tuple[Finding, ...]:
    unrepeated_ids(take.sequence(rows, path), path)
    found = []
    for at, raw in enumerate(rows):
        place = f"{path}[{at}]"
        content = take.mapping(raw, place, required=("id", "when", "because"), optional=("floor", "source"))
        rule = condition(content, place, words, values)
        found.append(Finding(take.identifier(content, place), take.text(content, "because", place), rule))
    return tuple(found)
