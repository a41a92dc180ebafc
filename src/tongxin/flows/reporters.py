"""Who reported stays between them and the few whom the access rules name; what they reported is read like the rest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.flows import clue_veil
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.lib.ids import id_in
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Keyring

ACTION, ANSWER = "see_reporters", "report_answer"
SOMEBODY = "（报告人，身份保密）"


def is_hidden(entry: Entry, *, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer isn't told who wrote an entry."""
    if entry.form_id not in rules.access_rules(at=at).reporters:
        return False
    is_own = entry.person_id is not None and entry.person_id == viewer.person_id
    return not is_own and not access.may_do(viewer=viewer, action=ACTION, at=at)


def without(answers: Mapping[str, Any], *, entry: Entry, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """The answers without those that say who reported, and without a clue's words that are kept above the viewer."""
    answers = clue_veil.without(answers, entry=entry, viewer=viewer)
    if not is_hidden(entry, viewer=viewer, at=at):
        return dict(answers)
    hidden = rules.access_rules(at=at).reporters[entry.form_id]
    return {name: value for name, value in answers.items() if name not in hidden}


def tell_back(*, child: Child, draft: Draft, actor: Viewer, at: datetime, keys: Keyring) -> None:
    """Whoever reported hears that there is a result (art. 11): their post, without a word of it."""
    if draft.kind != ANSWER or draft.correction_kind:
        return
    about = id_in(str(draft.clear.get("about", "")))
    report = Entry.objects.filter(id=about, subject_id=child.id).first() if about else None
    if report is None or report.post_id is None or report.post_id in actor.post_ids:
        return
    event = ledger.record(
        kind="report.answered", subject=child.key_owner, actor=actor, at=at, is_fact=True,
        clear={"report": str(report.id)}, keyring=keys,
    )
    notices.tell_posts(posts=[report.post_id], event=event, at=at, child_id=child.id)
