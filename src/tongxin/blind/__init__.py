"""Two lists compared without either side seeing the other's: only what both have becomes known.

No database, no clock: what is asked, answered and learned goes as letters, files that can be
carried by hand (docs/blind-comparison.md).
"""

from tongxin.blind.letters import Letter, Opened, read, write
from tongxin.blind.marks import Listed, Marks, Refused, mark_lists
from tongxin.blind.rules import Rules
from tongxin.blind.secret import Secret, lock, unlock
from tongxin.blind.session import Learned, Terms, Waiting, answer, ask, conclude, learn

__all__ = [
    "Learned", "Letter", "Listed", "Marks", "Opened", "Refused", "Rules", "Secret", "Terms", "Waiting", "answer", "ask",
    "conclude", "learn", "lock", "mark_lists", "read", "unlock", "write",
]
