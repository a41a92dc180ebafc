"""A customer's licensed words for a questionnaire: taken with their proof, in force from then on."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.core.instruments import Instrument, read
from tongxin.core.instruments.wording import check_wording, read_licensed
from tongxin.core.pathway import CHINA
from tongxin.lib.definitions import hash_of
from tongxin.lib.faults import Fault
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import RULEBOOK
from tongxin.rulebook.models import DefinitionVersion, Licence

KIND = "wordings"
LARGEST = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Supplied:
    """A file as it was handed in."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def load(*, wording: dict[str, Any], file: Supplied, proof: Supplied, actor: Viewer, at: datetime) -> Instrument:
    """Keep the words and their proof; the instrument can be shown as a form from now on."""
    named = str(wording.get("instrument", ""))
    if named not in rules.ids("instruments"):
        raise Fault(f"没有量表“{named}”。请核对文件里的 instrument；可用 tongxin instruments list 查看。")
    content = rules.resolve("instruments", named, at=at).content
    check_wording(wording, read(content))
    today = at.astimezone(CHINA).date()
    until = date.fromisoformat(str(wording["licence"]["valid_until"]))
    if until < today:
        raise Fault(f"许可已于 {until.year}年{until.month}月{until.day}日到期，没有载入。请先续期。")
    if not proof.content or len(proof.content) > LARGEST:
        raise Fault("许可证明是空的，或超过 20 MB，没有载入。请提供盖章的许可文件或授权邮件。")
    if proof.content == file.content:
        raise Fault("许可证明与文字文件是同一个文件，没有载入。请另外提供许可证明。")
    instrument = read_licensed(content, wording)
    kept = {**wording, "file_sha256": file.sha256, "proof_sha256": proof.sha256}
    _keep(named, kept, file=file, proof=proof, until=until, actor=actor, at=at)
    return instrument


@transaction.atomic
def _keep(
    named: str, wording: dict[str, Any], *, file: Supplied, proof: Supplied, until: date, actor: Viewer, at: datetime
) -> None:
    day, found = at.astimezone(CHINA).date(), hash_of(wording)
    DefinitionVersion.objects.create(
        hash=found, kind=KIND, definition_id=named, region="", valid_from=day, adopted_at=at, content=wording,
        source=str(wording["source"]),
    )
    Licence.objects.create(
        instrument=named, wording_hash=found, file_name=file.name[:200], file_sha256=file.sha256, file=file.content,
        proof_name=proof.name[:200], proof_sha256=proof.sha256, proof=proof.content, valid_until=until, loaded_at=at,
    )
    ledger.record(
        kind="definition.adopted", subject=RULEBOOK, actor=actor, at=at, is_fact=True,
        clear={"kind": KIND, "id": named, "region": "", "hash": found},
    )


def licensed_at(*, at: datetime) -> dict[str, Instrument]:
    """Every instrument in force, with its licensed words where some were loaded."""
    found = {}
    for id in rules.ids("instruments"):
        try:
            content = rules.resolve("instruments", id, at=at).content
        except rules.NotAdopted:
            continue
        found[id] = read_licensed(content, wording_of(id, at=at))
    return found


def wording_of(id: str, *, at: datetime) -> dict[str, Any] | None:
    """The licensed words of an instrument, where some were loaded before that moment."""
    try:
        content = dict(rules.resolve(KIND, id, at=at).content)
    except rules.NotAdopted:
        return None
    return {key: value for key, value in content.items() if key not in ("file_sha256", "proof_sha256")}
