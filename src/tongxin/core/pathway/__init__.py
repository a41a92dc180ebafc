"""The loop of one case: state as a function of facts and a moment, and the plan that follows."""

from tongxin.core.pathway.admit import flag_refusals, refusals, waiting_refusals
from tongxin.core.pathway.answers import is_answered
from tongxin.core.pathway.calendar import CHINA, Calendar, due_at
from tongxin.core.pathway.clocks import ANCHOR, kept_of
from tongxin.core.pathway.courses import improved
from tongxin.core.pathway.defaults import refuse_gaps
from tongxin.core.pathway.definition import Pathway, read
from tongxin.core.pathway.facts import WITHDRAWN, Fact, in_force
from tongxin.core.pathway.handovers import Handover
from tongxin.core.pathway.joining import Record, fold_together
from tongxin.core.pathway.plan import Step, look_again_at, plan
from tongxin.core.pathway.state import CaseState, fold

__all__ = [
    "ANCHOR", "CHINA", "WITHDRAWN", "Calendar", "CaseState", "Fact", "Handover", "Pathway", "Record", "Step",
    "due_at", "flag_refusals", "fold", "fold_together", "improved", "in_force", "is_answered", "kept_of",
    "look_again_at", "plan", "read", "refusals", "refuse_gaps", "waiting_refusals",
]
