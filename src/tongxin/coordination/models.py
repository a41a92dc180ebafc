"""The rows of working together, by subject."""

from tongxin.coordination.kept import Scan, Step
from tongxin.coordination.library import Expert, Opinion, TypicalCase
from tongxin.coordination.meetings import Attendance, JointMeeting, Matter
from tongxin.coordination.members import Contact, Member
from tongxin.coordination.standards import Policy, Standard

__all__ = [
    "Attendance", "Contact", "Expert", "JointMeeting", "Matter", "Member", "Opinion", "Policy", "Scan", "Standard",
    "Step", "TypicalCase",
]
