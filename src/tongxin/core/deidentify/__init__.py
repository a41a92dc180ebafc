"""Tables about persons without the persons: coarsened until each row has k like it, and told apart copy by copy."""

from tongxin.core.deidentify.anonymity import Outcome, Record, anonymise, unlearnable
from tongxin.core.deidentify.generalise import birth_levels, count_levels, place_levels, same_levels
from tongxin.core.deidentify.marks import agreement, in_order, is_spaced

__all__ = [
    "Outcome", "Record", "agreement", "anonymise", "birth_levels", "count_levels", "in_order", "is_spaced",
    "place_levels", "same_levels", "unlearnable",
]
