"""Agreements with whom data is entrusted to: whether one is in force, and its end, proved by a scan or a signed
statement that all was given back or destroyed."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.documents import content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.registers import CHANGED, KEEP, add_step, judges, keepers, line_for, locked, opened, settle, tell
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.registers.models import AGREEMENT, Line, Paper, Step
from tongxin.rulebook import rules
from tongxin.vault import Sealed

ROUTE = "registers.agreement"
LABEL, CONTENT = Paper._meta.label_lower, "content"
NO_PROOF = "没有保存：请上传对方盖章的证明扫描件，或者在“对方签署的说明”里写明谁签的、怎样销毁。"


def in_force_with(recipient: str, *, county_id: int, at: datetime) -> Line | None:
    """The agreement in force whose other side a recipient names, by its whole name; else nothing."""
    said = "".join(recipient.split())
    return next(
        (line for line, party in in_force(county_id=county_id, at=at) if "".join(party.split()) in said), None
    )


def in_force(*, county_id: int, at: datetime) -> Iterator[tuple[Line, str]]:
    """The agreements of a county in force, each with the name of the other side, the newest first."""
    lines = Line.objects.filter(register=AGREEMENT, county_id=county_id).exclude(state=Line.ENDED)
    for line in lines.order_by("-opened_at"):
        standing = opened(line, at=at).standing
        if standing.in_force is None or not _stands(line, at):
            continue
        (words,) = vault.open(
            [standing.in_force.words], viewer=WORKER, purpose="registers", part="registers", route=ROUTE, at=at
        )
        party = str(json.loads(words or "{}").get("party", "")).strip()
        if party:
            yield line, party


def stands(line_id: UUID, *, at: datetime) -> bool:
    """Whether an agreement is in force now."""
    line = Line.objects.filter(id=line_id, register=AGREEMENT).first()
    return line is not None and _stands(line, at)


def _stands(line: Line, at: datetime) -> bool:
    standing = opened(line, at=at).standing
    if standing.in_force is None or standing.state in {Line.EXPIRED, Line.CERTIFIED, Line.ENDED}:
        return False
    begins = standing.in_force.clear.get("begins")
    return begins is None or str(begins) <= at.astimezone(CHINA).date().isoformat()


@transaction.atomic
def certify(
    *, line_id: UUID, given: Given, file: tuple[str, bytes] | None, actor: Viewer, at: datetime
) -> Line:
    """The proof that an agreement was wound up; another person checks it."""
    line = locked(line_for(line_id=line_id, viewer=actor, at=at, actions=(KEEP,)))
    now = opened(line, at=at)
    if now.standing.state != Line.EXPIRED:
        raise Refused.because(CHANGED)
    read = answers.read(now.rules.certificate, given, at=at)
    if read.problems:
        raise Refused(read.problems)
    if file is None and not read.words:
        raise Refused([Problem("statement", NO_PROOF, True)])
    kept = _examined(file, line, at) if file else None
    step = add_step(
        line, Step.CERTIFIED, outcome=read.clear["outcome"], clear=read.clear, words=read.words, actor=actor, at=at
    )
    if kept:
        paper = Paper(
            step=step, media_type=kept.media_type, size=len(kept.kept), sha256=hashlib.sha256(kept.kept).hexdigest()
        )
        paper.content = vault.seal(kept.kept, owner=line.key_owner, place=(LABEL, CONTENT, paper.id))
        paper.save(force_insert=True)
    tell("register.advanced", line, actor=actor, at=at, stage=Step.CERTIFIED,
         posts=keepers(line.county_id, judges(now.rules.roles, at), at=at, but=actor))
    settle(line, at=at)
    return line


def _examined(file: tuple[str, bytes], line: Line, at: datetime) -> content.Content:
    name, given = file
    limits = attachments_in(region=rules.region_of(line.county_id), at=at).limits
    try:
        return content.examine(given, name=name, limits=limits)
    except NotTaken as refused:
        raise Refused([Problem("file", str(refused), False)]) from None


def paper_for(*, paper_id: UUID, viewer: Viewer, at: datetime) -> tuple[Paper, Sealed]:
    """A scan, for somebody who has to do with its line."""
    paper = Paper.objects.select_related("step").filter(id=paper_id).first()
    if paper is None:
        raise NotAllowed
    line_for(line_id=paper.step.line_id, viewer=viewer, at=at)
    return paper, paper.content
