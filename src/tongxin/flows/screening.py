"""The doors of screening rounds, for pages, kiosks and imports."""

from tongxin.flows.screening_answering import Answered, agree, answer, end_abandoned, finish, leave
from tongxin.flows.screening_links import Issued, issue, may_answer, open_at_kiosk, open_sitting, revoke
from tongxin.flows.screening_planning import Listed, Plan, clear_list, list_children, note_consent, plan_round
from tongxin.flows.screening_results import agreements, decide, draw_sample, rate
from tongxin.flows.screening_running import close, drop, look_after, make_up, put_back, put_down
from tongxin.flows.screening_sheets import enter_sheet, problems_in
from tongxin.flows.screening_starting import add_shift, readiness, remove_shift, sign_exception, start

__all__ = [
    "Answered", "Issued", "Listed", "Plan", "add_shift", "agree", "agreements", "answer", "clear_list", "close",
    "decide", "draw_sample", "drop", "end_abandoned", "enter_sheet", "finish", "issue", "leave", "list_children",
    "look_after", "make_up", "may_answer", "note_consent", "open_at_kiosk", "open_sitting", "plan_round",
    "problems_in", "put_back", "put_down", "rate", "readiness", "remove_shift", "revoke", "sign_exception", "start",
]
