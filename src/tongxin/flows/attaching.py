"""The one door for a file that somebody adds to a child's record: what consents say of it is asked first."""

from datetime import datetime

from tongxin.accounts.viewers import Viewer
from tongxin.documents import services
from tongxin.documents.faults import NotTaken
from tongxin.documents.services import Added, File
from tongxin.flows import consenting
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.people.models import Child
from tongxin.rulebook import rules


def add(*, child: Child, file: File, actor: Viewer, at: datetime) -> Added:
    """The file, kept; NotTaken where somebody said no to what it is, such as photos."""
    notice = consenting.notice_in(region=rules.region_of(child.county_id), at=at)
    gates = [gate for gate in notice.gates if gate.concerns(file.kind, {})]
    if gates:
        facts, _ = facts_of(child.id)
        state = state_of(child, facts=facts, at=at)
        if said := consenting.refusals(child, gates=gates, facts=facts, state=state, at=at):
            raise NotTaken("".join(said))
    return services.add(child=child, file=file, actor=actor, at=at)
