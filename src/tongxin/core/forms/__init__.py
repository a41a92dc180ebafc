"""What a form asks, when it asks it, and which answers can stand."""

from tongxin.core.forms.ages import Years, fits
from tongxin.core.forms.export import definition_json
from tongxin.core.forms.model import TODAY, Ages, Field, Form, Item, Offer, Option, Problem, Section, Sheet
from tongxin.core.forms.offering import offered, on_paper
from tongxin.core.forms.read import read
from tongxin.core.forms.review import Review, review
from tongxin.core.forms.sheets import read_sheet
from tongxin.core.forms.verdicts import check, clean, visible

__all__ = [
    "TODAY",
    "Ages",
    "Field",
    "Form",
    "Item",
    "Offer",
    "Option",
    "Problem",
    "Review",
    "Section",
    "Sheet",
    "Years",
    "check",
    "clean",
    "definition_json",
    "fits",
    "offered",
    "on_paper",
    "read",
    "read_sheet",
    "review",
    "visible",
]
