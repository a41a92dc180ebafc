"""What a later roster says otherwise: taken over as a correction, or left; nothing changes by itself."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.intake import differences, selectors
from tongxin.intake.models import Listing, Upload
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 30
BASIS = "新花名册所列，经核对采用"
# Where each form asks for the reason.
WHY = {"detail_correction": "basis", "carer_change": "reason"}


@door("office.import_roster")
def changes(request: Request, upload_id: UUID) -> HttpResponse:
    """New, changed and no longer listed, against the rosters before."""
    upload = _upload(request, upload_id)
    changed = _changed(request, upload)
    gone = access.visible(
        selectors.no_longer_listed(upload), viewer=request.viewer, part="roster", at=request.at
    )
    missing = list(gone[:SHOWN])
    compared = differences.compare(
        list(changed[:SHOWN]), viewer=request.viewer, at=request.at, route="rosters/changes"
    )
    names = open_names(request, listed=missing, purpose="roster_compare", route="rosters/changes")
    return show(request, "rosters/changes.html", {
        "upload": upload, "compared": compared, "changed": changed.count(), "gone_count": gone.count(),
        "gone": [{"id": child.id, "name": names.children[child.id], "file_no": child.file_no} for child in missing],
    })


def _upload(request: Request, upload_id: UUID) -> Upload:
    found = selectors.uploads(viewer=request.viewer, at=request.at).filter(id=upload_id).first()
    if found is None:
        raise Http404
    return found


def _changed(request: Request, upload: Upload) -> QuerySet[Listing]:
    children = access.visible(Child.objects.all(), viewer=request.viewer, part="identity", at=request.at)
    return selectors.changed(upload).filter(child_id__in=children.values("id"))


@door("office.import_roster", methods=("POST",))
def settle(request: Request, upload_id: UUID, listing_id: UUID) -> HttpResponse:
    """Take over the chosen details as a correction with its reason, or leave the file as it is."""
    upload = _upload(request, upload_id)
    listing = _changed(request, upload).filter(id=listing_id).first()
    if listing is None:
        raise Http404
    back = HttpResponseRedirect(f"/rosters/{upload.id}/changes/")
    wanted = request.POST.getlist("field") if request.POST.get("decision") == "take" else []
    if request.POST.get("decision") == "take" and not wanted:
        messages.error(request, _("请先勾选要采用的项目；不采用的，点“保持档案不变”。"))
        return back
    if wanted and not _take(request, listing, wanted, request.at):
        return back
    differences.settle(listing, actor=request.viewer, at=request.at)
    messages.success(request, _("已采用，并记入这名儿童的档案。") if wanted else _("档案保持不变。"))
    return back


def _take(request: Request, listing: Listing, wanted: list[str], at: datetime) -> bool:
    found = differences.compare([listing], viewer=request.viewer, at=at, route="rosters/changes")
    person = Person.objects.filter(id=request.viewer.person_id).first() if request.viewer.person_id else None
    own = [person.name if person else None]
    (name,) = vault.open(own, viewer=request.viewer, purpose="signature", at=at, part="staff")
    try:
        with transaction.atomic():
            for form, answers in (found[0].answers(wanted) if found else {}).items():
                why = {WHY[form]: BASIS, "signature": name or ""}
                sheet = Sheet(ids.new_id(), form, {**answers, **why}, at)
                record(child_id=listing.child_id, sheet=sheet, actor=request.viewer, at=at)
    except Refused as refused:
        messages.error(request, "；".join(problem.zh for problem in refused.problems))
    except (NotAllowed, Held):
        messages.error(request, _("没有采用：您的岗位不能补正这名儿童的资料，请交给儿童督导员或区县个案管理员。"))
    else:
        return True
    return False
