"""Which records of two lists are of one child: names, numbers, days and homes as China writes and miswrites them.

`compare` answers for two whole lists, `compare_two` explains one pair, `search_keys` finds who is being entered.
No Django, no clock, nothing kept; definitions/linkage has the rules.
"""

from tongxin.linkage.comparing import alike, compare, compare_two
from tongxin.linkage.explaining import Reason
from tongxin.linkage.keys import search_keys
from tongxin.linkage.record import Record
from tongxin.linkage.result import Pair, Result
from tongxin.linkage.rules import Rules, Verdict, read_rules, rules_in_force

__all__ = [
    "Pair",
    "Reason",
    "Record",
    "Result",
    "Rules",
    "Verdict",
    "alike",
    "compare",
    "compare_two",
    "read_rules",
    "rules_in_force",
    "search_keys",
]
