"""One-time links handed out: on paper for a class, or one at a time; shown once and never again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tongxin.documents import typesetting
from tongxin.flows import export_noting, screening
from tongxin.screening.models import Round, Sitting
from tongxin.web.answer.asking import help_in, region_of
from tongxin.web.answer.pupils import Pupil, groups_of, masked, names_of, pupils_of, round_at_work
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import moment_zh

ROUTE, SLIPS = "screening_links", "slips.typ"
# Scanned from creased paper by a cheap camera.
RESISTANCE = "m"
NOBODY = "没有打印：这个班现在没有可以作答的儿童（批次没有进行、监护人没有同意，或者都答完了）。"


@door("office.see_screening", methods=("POST",))
def print_links(request: Request, round_id: UUID) -> HttpResponse:
    """A fresh link for each of a class who may answer, as slips to cut apart; the earlier ones stop."""
    round, key = round_at_work(request, round_id, way=Sitting.LINK), request.POST.get("group", "")
    pupils = pupils_of(round, key, viewer=request.viewer, at=request.at)
    codes = _issued(request, pupils)
    if not codes:
        messages.error(request, _(NOBODY))
        return HttpResponseRedirect(f"/rounds/{round.id}/answering/?group={key}")
    shown = [each for each in pupils if each.participant.id in codes]
    names = names_of(shown, viewer=request.viewer, at=request.at, route=ROUTE)
    class_zh = next((each.zh for each in groups_of(round, viewer=request.viewer, at=request.at) if each.key == key), "")
    made = typesetting.set_type(typesetting.FOLDER / SLIPS, root=typesetting.FOLDER, data=_paper(request, round, [
        {"who": f"{class_zh} {each.place}号 {masked(names[each.participant.id])}",
         **drawn(codes[each.participant.id])}
        for each in shown
    ]))
    export_noting.note(
        way="slips", content=made, rows=len(shown), actor=request.viewer, at=request.at, form="pdf", is_named=False
    )
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="links.pdf"'}
    )


@door("office.see_screening", methods=("POST",))
def one_link(request: Request, round_id: UUID, participant_id: UUID) -> HttpResponse:
    """A fresh link for one child, to scan from the screen or to send; the earlier one stops."""
    round = round_at_work(request, round_id, way=Sitting.LINK)
    pupil = pupil_in(request, round, participant_id)
    codes = _issued(request, [pupil])
    if not codes:
        messages.error(request, _("没有发链接：这名儿童现在不能作答（监护人没有同意、不参加，或者已经答完）。"))
        return HttpResponseRedirect(f"/rounds/{round.id}/answering/?group={group_of(pupil)}")
    url = codes[participant_id]
    names = names_of([pupil], viewer=request.viewer, at=request.at, route=ROUTE)
    return show(request, "answer/link_once.html", {
        "round": round, "group": group_of(pupil), "place": pupil.place, "name": names[participant_id], "url": url,
        "code": picture(url),
    })


def pupil_in(request: Request, round: Round, participant_id: UUID) -> Pupil:
    """A child of the round, by its place in its class; else there is no such page."""
    found = round.participants.filter(id=participant_id).values_list("school_class_id", flat=True).first()
    exists = round.participants.filter(id=participant_id).exists()
    key = str(found) if found else "none"
    pupils = pupils_of(round, key, viewer=request.viewer, at=request.at) if exists else []
    for each in pupils:
        if each.participant.id == participant_id:
            return each
    raise Http404


def group_of(pupil: Pupil) -> str:
    return str(pupil.participant.school_class_id or "none")


def _issued(request: Request, pupils: Sequence[Pupil]) -> dict[UUID, str]:
    """The whole addresses; the token stands where no browser sends it."""
    issued = screening.issue(
        participant_ids=[each.participant.id for each in pupils], actor=request.viewer, at=request.at
    )
    door_url = request.build_absolute_uri("/a/")
    return {each.participant_id: f"{door_url}#{each.token}" for each in issued}


def drawn(url: str) -> dict[str, Any]:
    """A code as runs of dark squares: row, column, length."""
    rows = [list(row) for row in segno.make_qr(url, error=RESISTANCE).matrix]
    runs = []
    for at, row in enumerate(rows):
        start = None
        for place, is_dark in enumerate([*row, 0]):
            if is_dark and start is None:
                start = place
            elif not is_dark and start is not None:
                runs.append([at, start, place - start])
                start = None
    return {"size": len(rows), "runs": runs}


def picture(url: str) -> SafeString:
    """A code to scan from the screen."""
    made = segno.make_qr(url, error=RESISTANCE).svg_inline(scale=5, border=4, title="二维码", omitsize=True)
    return mark_safe(made)  # noqa: S308


def _paper(request: Request, round: Round, slips: list[dict[str, Any]]) -> dict[str, Any]:
    calls = help_in(region=region_of(round), at=request.at)["calls"]
    return {
        "title": _("小问卷"), "how": _("用微信或手机相机扫一扫。一个人安静地填，只给你自己用。"),
        "until": _("%(until)s 以前有效，没填完可以再扫，接着填。") % {"until": moment_zh(round.closes_at)},
        "help": _("想找人说说话：%(calls)s") % {"calls": "、".join(call["number"] for call in calls)},
        "foot": _("只打印这一次。请当面逐个发给本人，多余的当场销毁；丢了可以作废重发。"), "slips": slips,
    }
