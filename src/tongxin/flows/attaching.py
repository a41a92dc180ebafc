"""The one door for a file that somebody adds to a child's record: what consents say of it is asked first."""

from datetime import datetime
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.documents import services
from tongxin.documents.faults import NotAllowed, NotTaken
from tongxin.documents.services import Added, File
from tongxin.flows import consenting, course_reading, mediating
from tongxin.flows.derive import state_of
from tongxin.flows.facts import as_facts, facts_of, results_of
from tongxin.people.models import Child
from tongxin.rulebook import rules


def closed(*, child: Child, viewer: Viewer, at: datetime) -> frozenset[UUID]:
    """The records whose attachments a viewer doesn't see: of courses and disputes that are not open to them."""
    entries = ledger.facts(child.key_owner)
    state = state_of(child, facts=as_facts(entries, results_of(child.id)), at=at)
    return course_reading.closed(entries, state, viewer=viewer, child_id=child.id, at=at) | mediating.closed(
        entries, viewer=viewer, child_id=child.id, at=at
    )


def add(*, child: Child, file: File, actor: Viewer, at: datetime) -> Added:
    """The file, kept; NotTaken where somebody said no to what it is, such as photos; NotAllowed to a closed record."""
    if file.entry_id and file.entry_id in closed(child=child, viewer=actor, at=at):
        raise NotAllowed
    notice = consenting.notice_in(region=rules.region_of(child.county_id), at=at)
    gates = [gate for gate in notice.gates if gate.concerns(file.kind, {})]
    if gates:
        facts, _ = facts_of(child.id)
        state = state_of(child, facts=facts, at=at)
        if said := consenting.refusals(child, gates=gates, facts=facts, state=state, at=at):
            raise NotTaken("".join(said))
    return services.add(child=child, file=file, actor=actor, at=at)
