"""One class at a time: who has answered, whom to hand a link, whose paper to type in, who is away or unwilling."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.flows import screening
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Link, Participant, Round
from tongxin.web.answer.links import group_of, pupil_in
from tongxin.web.answer.pupils import groups_of, names_of, pupils_of, round_at_work
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ROUTE = "screening_register"
PUT_DOWN = {Participant.ABSENT: "缺席", Participant.REFUSED: "本人不愿意"}
BACK, REVOKE = "back", "revoke"
DONE = {BACK: "已恢复，可以作答。", REVOKE: "链接已作废，已经答的都在。"}


@door("office.see_screening")
def register(request: Request, round_id: UUID) -> HttpResponse:
    """The children of a class with what can be done for each; never what anybody answered."""
    round = round_at_work(request, round_id)
    groups = groups_of(round, viewer=request.viewer, at=request.at)
    asked = request.GET.get("group", "")
    chosen = next((each for each in groups if each.key == asked), groups[0] if groups else None)
    pupils = pupils_of(round, chosen.key, viewer=request.viewer, at=request.at) if chosen else []
    names = names_of(pupils, viewer=request.viewer, at=request.at, route=ROUTE)
    linked = set(Link.objects.filter(
        participant__in=[each.participant.id for each in pupils], revoked_at__isnull=True
    ).values_list("participant_id", flat=True))
    return show(request, "answer/register.html", {
        "round": round, "groups": groups, "chosen": chosen, "is_running": round.state == Round.RUNNING,
        "ways": set(round.ways), "rows": [
            {
                "pupil": each, "name": names[each.participant.id], "state": each.participant.get_state_display(),
                "may": screening.may_answer(each.participant, at=request.at),
                "has_link": each.participant.id in linked,
                "may_return": each.participant.state in PUT_DOWN,
            }
            for each in pupils
        ],
    })


@door("office.see_screening", methods=("POST",))
def mark(request: Request, round_id: UUID, participant_id: UUID) -> HttpResponse:
    """Away, unwilling, back again, or the link taken back."""
    round = round_at_work(request, round_id)
    pupil, what = pupil_in(request, round, participant_id), request.POST.get("mark", "")
    try:
        if what in PUT_DOWN:
            screening.put_down(participant_ids=[participant_id], state=what, actor=request.viewer, at=request.at)
            said = {"place": pupil.place, "what": PUT_DOWN[what]}
            messages.success(request, _("%(place)s号已登记：%(what)s。") % said)
        elif what == BACK:
            screening.put_back(participant_id=participant_id, actor=request.viewer, at=request.at)
            messages.success(request, DONE[BACK])
        elif what == REVOKE:
            screening.revoke(participant_id=participant_id, at=request.at)
            messages.success(request, DONE[REVOKE])
        else:
            raise Http404
    except NotTaken as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(f"/rounds/{round.id}/answering/?group={group_of(pupil)}")
