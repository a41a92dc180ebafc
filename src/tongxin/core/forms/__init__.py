"""What a form asks, when it asks it, and which answers can stand."""

from tongxin.core.forms.export import definition_json
from tongxin.core.forms.model import TODAY, Field, Form, Item, Option, Problem, Section, Sheet
from tongxin.core.forms.read import read
from tongxin.core.forms.review import Review, review
from tongxin.core.forms.sheets import read_sheet
from tongxin.core.forms.verdicts import check, clean, visible

__all__ = [
    "TODAY",
    "Field",
    "Form",
    "Item",
    "Option",
    "Problem",
    "Review",
    "Section",
    "Sheet",
    "check",
    "clean",
    "definition_json",
    "read",
    "read_sheet",
    "review",
    "visible",
]
