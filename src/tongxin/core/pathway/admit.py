"""Whether a fact may be recorded now: what must hold first, told in words."""

from collections.abc import Mapping

from tongxin.core.language import evaluate
from tongxin.core.pathway.definition import _fits
from tongxin.core.pathway.state import CaseState


def refusals(state: CaseState, *, kind: str, data: Mapping[str, object], person: str | None) -> tuple[str, ...]:
    """Why a fact of this kind can't be recorded now, each as a sentence; empty when it can."""
    names = state.names()
    said = [
        requirement.zh
        for requirement in state.pathway.requirements
        if requirement.kind == kind
        and all(_fits(data.get(name), want) for name, want in requirement.where.items())
        and evaluate(requirement.when, names) is not True
    ]
    lowering = state.grades.lowering
    if (
        kind == "grade_decision" and lowering is not None
        and lowering.level == data.get("level") and lowering.person == person
    ):
        said.append("降级要由两位不同的人分别确认；您已经确认过，请另一位有权的人确认。")
    return tuple(said)
