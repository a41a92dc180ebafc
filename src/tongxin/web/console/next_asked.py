"""What a record that was just kept leads to, where it is the same person's to fill in."""

from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.file import forms_known
from tongxin.web.doors import Request


def next_asked(request: Request, child: Child, entry: Entry) -> str:
    """The form that comes next and by when, in words; empty where nothing, or nothing of theirs, waits for it."""
    rows = Task.objects.filter(case_id=child.id, state__in=LIVE, key__endswith=f":{entry.id}").order_by("due_at", "key")
    known = forms_known(region=rules.region_of(child.county_id), at=request.at)
    for task in rows:
        action = f"record.{task.form}"
        if task.form in known and task.form != entry.form_id and access.may(
            viewer=request.viewer, child_id=child.id, part="", action=action, at=request.at
        ):
            return _("下一步：填“%(form)s”，%(day)s前。") % {
                "form": known[task.form].zh, "day": words.due_zh(task.due_at, at=request.at)
            }
    return ""
