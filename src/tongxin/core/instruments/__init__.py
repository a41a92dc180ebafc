"""Questionnaires: what they are, how a sheet of answers is scored."""

from tongxin.core.instruments.definition import Alert, Instrument
from tongxin.core.instruments.licence_checks import refuse_unlicensed
from tongxin.core.instruments.reading import read, text_digest
from tongxin.core.instruments.scoring import REMARKS, Score, score
from tongxin.core.instruments.sheet import sheet
from tongxin.core.language.errors import DefinitionError

__all__ = [
    "REMARKS",
    "Alert",
    "DefinitionError",
    "Instrument",
    "Score",
    "read",
    "refuse_unlicensed",
    "score",
    "sheet",
    "text_digest",
]
