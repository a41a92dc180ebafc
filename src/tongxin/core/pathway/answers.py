"""Whether somebody took a step that is no longer asked for, or whether it fell away."""

from collections.abc import Iterable

from tongxin.core.language import names
from tongxin.core.pathway.clocks import CONTACT, KEPT, started_by
from tongxin.core.pathway.definition import Pathway, StepRule
from tongxin.core.pathway.facts import WITHDRAWN, Fact

BY_CONTACT = "contacted_since_grade"


def is_answered(step: str, facts: Iterable[Fact], *, kind: str, pathway: Pathway, again: bool) -> bool:
    """Whether one of the facts that came in is what a step waited for.

    That is a record of the `kind` that the step's form makes, or one that starts the clock by which the step counts.
    A correction of what had been done takes no step where the same is asked for `again`.
    """
    rule = next((each for each in (*pathway.steps, pathway.fallback) if each.id == step), None)
    wanted = {kind} | (_clocks(rule) if rule else set())
    return any(
        not wanted.isdisjoint({fact.kind, *started_by(fact, pathway=pathway)})
        for fact in facts if fact.correction not in WITHDRAWN and not (fact.supersedes and again)
    )


def _clocks(rule: StepRule) -> set[str]:
    found = KEPT & set(rule.anchor)
    return {*found, CONTACT} if BY_CONTACT in names(rule.when) else set(found)
