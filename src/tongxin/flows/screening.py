"""The doors of screening rounds, for pages, kiosks and imports."""

from tongxin.flows.screening_answering import Answered, agree, answer, end_abandoned, finish, leave
from tongxin.flows.screening_links import Issued, issue, may_answer, open_at_kiosk, open_sitting, revoke
from tongxin.flows.screening_planning import Plan, list_children, note_consent, plan_round, start
from tongxin.flows.screening_sheets import enter_sheet, problems_in

__all__ = [
    "Answered", "Issued", "Plan", "agree", "answer", "end_abandoned", "enter_sheet", "finish", "issue", "leave",
    "list_children", "may_answer", "note_consent", "open_at_kiosk", "open_sitting", "plan_round", "problems_in",
    "revoke", "start",
]
