"""The one map event → reactions. `now` runs in the entry's own transaction, `later` in the worker (A1, C9)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from tongxin import ledger
from tongxin.flows import comparing_told, rosters
from tongxin.ledger.models import Work
from tongxin.notices import services as notices

Later = Callable[..., None]

LATER: Mapping[str, tuple[str, ...]] = {
    "crisis.raised": ("tell_line",),
    "crisis.closed": ("tell_line",),
    "task.opened": ("tell_owner",),
    "task.climbed": ("tell_owner",),
    "task.passed_on": ("tell_owner",),
    "task.unowned": ("tell_overseers",),
    "entry.held": ("tell_line",),
    "draft.reminded": ("tell_owner",),
    "draft.alarmed": ("tell_line",),
    "draft.cleared": ("tell_line",),
    "draft.dropped": ("tell_line",),
    "draft.expired": ("tell_owner",),
    "roster.imported": ("tell_listed",),
    "row.settled": ("tell_settled",),
    "list.compared": ("tell_compared",),
    "arrival.held": ("tell_owner",),
    "arrival.climbed": ("tell_owner",),
    "arrival.passed_on": ("tell_owner",),
    "file.held": ("tell_owner",),
    "withdrawal.deferred": ("tell_line",),
}

# Consequences and facts that are only recorded: the case was already derived in their transaction.
NOBODY_REACTS = frozenset({
    "case.opened", "entry.recorded", "grade.changed", "task.closed", "moment.passed", "definition.adopted",
    "holding.changed", "person.recused", "person.admitted",
    "address.confirmed", "address.removed", "person.added", "person.changed", "person.deactivated",
    "password.renewed", "password.changed", "conduct.accepted",
    "factor.added", "factor.reused", "factor.renewed", "factor.removed", "session.ended", "identity.linked",
    "identity.unlinked",
    "look.asked", "look.answered", "glass.opened", "glass.reviewed", "unusual.noticed", "unusual.explained",
    "unusual.closed", "register.revised", "register.reviewed", "register.advanced", "register.reminded",
    "register.delayed", "incident.reported", "report.compiled", "hold.placed", "hold.lifted",
    "ending.proposed", "copy.issued", "file.erased", "file.shelved", "file.unshelved", "shelf.opened",
    "custody.sealed", "custody.received", "custody.asked", "custody.answered", "custody.lifted", "custody.moved",
    "file.renewed", "disposal.decided",
    "clue.received", "clue.assigned", "clue.stepped", "clue.raised", "clue.untraced", "clue.matched", "clue.climbed",
    "report.answered",
    "clearance.recorded", "clearance.reminded", "check.planned", "qualification.recorded", "qualification.verified",
    "qualification.reminded", "team.formed", "team.joined", "team.departed", "team.ended", "team.assigned",
    "team.released",
    "companion.registered", "companion.identified", "companion.confirmed", "companion.checked", "companion.released",
    "companion.reminded", "pairing.started",
    "pairing.contacted", "pairing.ended", "wanted.written", "wanted.published", "wanted.returned", "wanted.offered",
    "wanted.answered", "wanted.dropped", "wanted.carried", "pupil.assigned", "pupil.removed",
    "activity.planned", "activity.decided", "activity.cancelled", "activity.closed", "activity.joined",
    "activity.returned", "activity.missed",
    "activity.agreed", "activity.departed", "activity.opened", "activity.pictured", "activity.concealed",
    "occasion.held", "occasion.signed", "occasion.retracted", "publicity.listed", "publicity.retracted",
    "doubt.raised", "doubt.settled", "fund.opened", "fund.booked", "fund.asked", "fund.answered",
    "fund.extended", "fund.handed", "fund.acknowledged", "month.closed",
    "payout.opened", "payout.issued", "payout.dropped",
    "grant.listed", "grant.removed", "grant.settled", "grant.received", "wish.noted", "wish.delivered",
    "wish.dropped",
    "programme.opened", "budget.changed", "contract.signed", "contract.ended",
    "acceptance.counted", "acceptance.decided",
    "training.planned", "training.approved", "training.arranged", "training.attended", "training.ended",
    "training.cancelled", "training.retracted", "training.imported", "training.reminded", "training.delayed",
    "lesson.answered", "exam.started", "exam.finished", "certificate.issued", "certificate.revoked",
    "client.asked", "client.answered", "client.renewed", "client.ended", "hook.added", "hook.paused", "hook.resumed",
    "hook.ended", "hook.repeated",
    "service.listed", "ask.received", "ask.answered", "ask.dropped", "ask.carried", "ask.climbed",
    "attachment.added", "attachment.retracted", "paper.printed", "report.counted", "report.extended",
    "report.issued",
    "facts.exported",
    "arrival.settled", "file.settled", "device.paired", "device.renewed", "device.revoked", "device.wiped",
    "duty.written", "duty.planned", "duty.asked", "duty.answered", "duty.warned",
    "export.asked", "export.decided", "export.finished", "export.failed", "export.confirmed",
    "export.downloaded", "export.unlocked", "export.revoked", "export.destroyed",
    "export.recalled", "export.noted", "recall.asked",
    "recall.answered", "recall.climbed",
    "round.planned", "round.staffed", "round.excepted", "round.started", "round.alarmed", "round.decided",
    "round.sampled", "round.closed", "round.dropped",
    "group.planned", "group.joined", "group.departed", "group.ended", "meeting.moved", "meeting.cancelled",
    "meeting.held", "supervision.recorded", "recheck.sampled", "recheck.answered",
    "recheck.climbed",
    "question.asked", "question.answered", "question.returned", "question.closed", "question.climbed",
    "list.received", "list.asked", "list.answered", "list.disposed", "answer.settled", "answer.climbed",
    "answer.reopened", "files.compared", "files.matched", "files.climbed", "files.unsettled",
    "blind.revealed",
    "move.offered", "move.answered", "move.accepted",
    "blind.opened", "blind.decided", "blind.learned", "blind.disposed",
    "files.proposed", "files.joined", "files.declined", "files.parted",
    "member.changed", "joint.advanced", "joint.asked", "matter.issued", "matter.advanced", "matter.reminded",
    "matter.climbed", "standard.advanced", "standard.asked", "standard.reminded", "policy.listed",
    "typical.advanced", "expert.appointed", "opinion.asked", "opinion.advanced", "opinion.reminded", "opinion.climbed",
    "site.changed", "site.inspected", "site.mended", "site.reminded", "box.placed", "box.opened", "box.removed",
    "letter.carried",
    "room.changed", "rota.changed", "rota.asked", "rota.answered", "booking.placed", "booking.changed",
    "agreement.drafted", "agreement.answered", "agreement.started", "agreement.ended",
    "share.asked", "share.answered", "share.delivered", "share.announced", "share.opened", "share.received",
    "share.recalled", "share.disposed", "share.climbed",
    "booking.reminded", "booking.missed", "feed.issued", "feed.revoked",
})

REACTIONS: Mapping[str, Later] = {
    "tell_owner": notices.tell_owner,
    "tell_line": notices.tell_line,
    "tell_overseers": notices.tell_overseers,
    "tell_listed": rosters.tell_listed,
    "tell_settled": rosters.tell_settled,
    "tell_compared": comparing_told.tell_compared,
}


def later_handlers(kind: str) -> tuple[str, ...]:
    """The names of what the worker does about an event."""
    return LATER.get(kind, ())


def run(work: Work, *, at: datetime) -> None:
    """Do one piece of work; called by the worker inside the transaction that finishes it."""
    REACTIONS[work.handler](event=work.event, at=at)


def run_all(claimed: Sequence[Work], *, worker: str, soon: timedelta) -> int:
    """How many pieces of work were done, each `soon` after its event; in the transaction that finishes them all.

    Lines for whoever answers, nearly all there are, are written as one.
    """
    mine = ledger.finish_all(claimed, worker=worker)
    notices.tell_owners([(work.event, work.event.at + soon) for work in mine if work.handler == "tell_owner"])
    for work in mine:
        if work.handler != "tell_owner":
            run(work, at=work.event.at + soon)
    return len(mine)
