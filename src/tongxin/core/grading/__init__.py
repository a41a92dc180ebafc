"""From what was answered to what is proposed: gates, identification, grading."""

from tongxin.core.grading.facts import Facts, digest_input, facts_of
from tongxin.core.grading.falling import levels_of_all, refuse_falling
from tongxin.core.grading.gates import Gate, Gates, OpenGate, open_gates, read_gates
from tongxin.core.grading.grade import CellResult, FactorResult, Proposal, expires_on, grade
from tongxin.core.grading.identify import IdentificationRules, Identified, identify, read_identification
from tongxin.core.grading.reading import Reason
from tongxin.core.grading.rubric import Rubric, read_rubric
from tongxin.core.grading.rules import Outcome, Rules, read_rules
from tongxin.core.grading.scheme import Factor, Level, Scheme, read_scheme
from tongxin.core.grading.sheets import sheet_of
from tongxin.core.grading.vocabulary import Names, read_names, vocabulary_of

__all__ = [
    "CellResult",
    "Factor",
    "FactorResult",
    "Facts",
    "Gate",
    "Gates",
    "IdentificationRules",
    "Identified",
    "Level",
    "Names",
    "OpenGate",
    "Outcome",
    "Proposal",
    "Reason",
    "Rubric",
    "Rules",
    "Scheme",
    "digest_input",
    "expires_on",
    "facts_of",
    "grade",
    "identify",
    "levels_of_all",
    "open_gates",
    "read_gates",
    "read_identification",
    "read_names",
    "read_rubric",
    "read_rules",
    "read_scheme",
    "refuse_falling",
    "sheet_of",
    "vocabulary_of",
]
