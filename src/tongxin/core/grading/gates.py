"""Gates: signs of danger that act by themselves, whatever any total says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.grading.reading import Reason, condition, read_values, reason, unrepeated_ids, with_values
from tongxin.core.language import Rule, Vocabulary, evaluate
from tongxin.core.language.errors import DefinitionError

CRISIS, SAFETY_CHECK = "crisis", "safety_check"
CRISES = {
    "suicide": "自杀或自伤",
    "harmed": "遭受他人伤害",
    "unguarded": "无人监护",
    "danger_to_others": "伤害他人或急性精神异常",
    "life_threat": "危及生命的疾病或居住危险",
}
SITUATIONS = range(1, 10)


@dataclass(frozen=True, slots=True)
class Gate:
    """One sign of danger: when it is there, what it raises, whom else it concerns.

    `situations` are the numbers of the nine situations of the mandatory report it may be one of;
    `household` asks for a look at every child of the same home.
    """

    id: str
    number: str
    zh: str
    because: str
    when: Rule
    kind: str
    crisis: str
    situations: tuple[int, ...]
    household: bool


@dataclass(frozen=True, slots=True)
class OpenGate:
    """A gate that these facts open; its wording never quotes an answer."""

    gate: Gate
    reason: Reason

    @property
    def alarm(self) -> dict[str, Any]:
        """What the pathway is told: `gate`, `zh`, `kind`, `crisis`, `report`, `household`."""
        gate = self.gate
        return {
            "gate": gate.id, "zh": gate.zh, "kind": gate.kind, "crisis": gate.crisis,
            "report": bool(gate.situations), "situations": list(gate.situations), "household": gate.household,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gates:
    """All gates of one dated definition."""

    id: str
    version: str
    gates: tuple[Gate, ...]


def read_gates(content: Mapping[str, Any], *, vocabulary: Vocabulary) -> Gates:
    """The gates as written in `definitions/gates`."""
    take.mapping(
        content,
        "",
        required=("id", "zh", "version", "source", "gates"),
        optional=("values", "means", "valid_from"),
    )
    numbers, facts = read_values(content)
    words = with_values(vocabulary, facts, {})
    rows = take.sequence(content["gates"], "gates")
    unrepeated_ids(rows, "gates")
    gates = tuple(_gate(raw, f"gates[{at}]", words, numbers) for at, raw in enumerate(rows))
    return Gates(id=content["id"], version=str(content["version"]), gates=gates)


def open_gates(gates: Gates, facts: Mapping[str, Any]) -> tuple[OpenGate, ...]:
    """The gates that these facts open; an answer that is missing opens none and closes none."""
    return tuple(
        OpenGate(gate, reason(gate.id, gate.because, gate.when, facts))
        for gate in gates.gates
        if evaluate(gate.when, facts) is True
    )


def _gate(raw: object, path: str, vocabulary: Vocabulary, values: Mapping[str, int]) -> Gate:
    required = ("id", "number", "zh", "because", "when", "kind", "crisis", "source")
    content = take.mapping(raw, path, required=required, optional=("situations", "household", "floor"))
    if content["kind"] not in (CRISIS, SAFETY_CHECK):
        raise DefinitionError(f"{path}.kind", "没有说明是危机还是安全核查", "写 kind: crisis 或 kind: safety_check")
    if content["crisis"] not in CRISES:
        raise DefinitionError(f"{path}.crisis", f"没有“{content['crisis']}”这种危机", f"可写：{'、'.join(CRISES)}")
    if content.get("floor") != "present":
        raise DefinitionError(f"{path}.floor", "否决项没有标为底线", "加上 floor: present")
    situations = take.sequence(content.get("situations", []), f"{path}.situations")
    if any(number not in SITUATIONS for number in situations):
        raise DefinitionError(f"{path}.situations", "强制报告只有 1 至 9 种情形", "写 1 至 9 的整数")
    return Gate(
        id=take.identifier(content, path),
        number=take.text(content, "number", path),
        zh=take.text(content, "zh", path),
        because=take.text(content, "because", path),
        when=condition(content, path, vocabulary, values),
        kind=content["kind"],
        crisis=content["crisis"],
        situations=tuple(situations),
        household=take.flag(content, "household", path),
    )
