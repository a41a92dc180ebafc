"""A region's changes on their way: begun, written, proposed, adopted by somebody else, or given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway import CHINA
from tongxin.lib import ids
from tongxin.lib.change_checks import Wrong, check_changes
from tongxin.lib.definitions import hash_of
from tongxin.lib.overlays import lay_over, refuse_loosening
from tongxin.lib.patches import NoPatch, patch_between
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import RULEBOOK, Fresh
from tongxin.rulebook.models import Amendment, DefinitionVersion, Overlay

Content = dict[str, Any]
CHECKED = ("forms", "instruments", "grading", "identification")


__all__ = ["Amendment", "Refusal"]


class Refusal(Exception):
    """Nothing was changed; `zh` says why and what to do."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


OVERTAKEN = "没有保存：别人刚改过这份修改稿。请刷新页面，看过新的内容再改。"


@dataclass(frozen=True, slots=True)
class Pair:
    """One definition as it holds, and as it would after the amendment."""

    kind: str
    id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def is_county(region: str) -> bool:
    """Whether a region is one that may change its definitions on a page."""
    return len(region) == 6 and not region.endswith("00")


def live(region: str) -> Amendment | None:
    """The amendment that a region is working on; there is one at a time."""
    return Amendment.objects.filter(region=region, state__in=Amendment.LIVE).first()


def begin(*, region: str, actor: Viewer, at: datetime) -> Amendment:
    """The amendment of a region, begun now unless there is one."""
    if actor.person_id is None or not is_county(region):
        raise Refusal("只有区县的岗位可以修改本地的规则文字。")
    fresh = Amendment(id=ids.new_id(), region=region, begun_at=at, changed_at=at)
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        pass
    return live(region) or fresh


def above(kind: str, id: str, *, region: str, at: datetime, on: date | None = None) -> Content:
    """What a region's changes lie on: the content of the city, else the province, else the nation."""
    return dict(rules.resolve(kind, id, region=region[:4] + "00", at=at, on=on).content)


def content(amendment: Amendment, kind: str, id: str, *, at: datetime) -> Content:
    """A definition as it would be after the amendment; DefinitionError where the change no longer fits."""
    patch = amendment.patches.get(f"{kind}/{id}")
    if patch is None:
        return dict(rules.resolve(kind, id, region=amendment.region, at=at).content)
    found: Content = lay_over(above(kind, id, region=amendment.region, at=at), patch)
    return found


def write(
    *, amendment: Amendment, kind: str, id: str, wanted: Content, revision: int, actor: Viewer, at: datetime
) -> Amendment:
    """Keep one definition as it is wanted; the whole saving is refused when somebody else saved meanwhile."""
    key = f"{kind}/{id}"
    held = rules.resolve(kind, id, region=amendment.region, at=at)
    patches, based_on = dict(amendment.patches), dict(amendment.based_on)
    if wanted == held.content:
        patches.pop(key, None)
        based_on.pop(key, None)
    else:
        try:
            patches[key] = patch_between(above(kind, id, region=amendment.region, at=at), wanted)
        except NoPatch:
            raise Refusal("没有保存：这处改动不能由地区作出。请刷新页面再改。") from None
        based_on[key] = held.hash
    writers = [*amendment.writers, *({str(actor.person_id)} - set(amendment.writers))]
    changed = Amendment.objects.filter(id=amendment.id, revision=revision, state__in=Amendment.LIVE).update(
        patches=patches, based_on=based_on, writers=writers, revision=revision + 1, changed_at=at,
        state=Amendment.OPEN, returned="",
    )
    if not changed:
        raise Refusal(OVERTAKEN)
    return Amendment.objects.get(id=amendment.id)


def changes(amendment: Amendment, *, at: datetime) -> list[Pair]:
    """Each definition that the amendment changes, before and after."""
    found = []
    for key in amendment.patches:
        kind, _, id = key.partition("/")
        before = rules.resolve(kind, id, region=amendment.region, at=at).content
        found.append(Pair(kind, id, before, content(amendment, kind, id, at=at)))
    return found


def find(id: UUID) -> Amendment:
    """An amendment by its id."""
    return Amendment.objects.get(id=id)


def supposable(amendment: Amendment, *, at: datetime) -> list[Fresh]:
    """What the amendment would put in force."""
    day = amendment.valid_from or at.astimezone(CHINA).date()
    return [
        Fresh(hash_of(pair.after), pair.kind, pair.id, amendment.region, day, dict(pair.after), amendment.source)
        for pair in changes(amendment, at=at)
    ]


def check(amendment: Amendment, *, at: datetime) -> list[Wrong]:
    """What is wrong with an amendment: what the command would say, and floors that it loosens."""
    wrong = []
    for key, patch in amendment.patches.items():
        kind, _, id = key.partition("/")
        base = above(kind, id, region=amendment.region, at=at)
        try:
            refuse_loosening(base, lay_over(base, patch))
        except DefinitionError as error:
            wrong.append(Wrong(kind, id, error.path, f"{error.zh}{error.cure}"))
    if wrong:
        return wrong
    changed = [(kind, id) for kind, _, id in (key.partition("/") for key in amendment.patches)]
    return check_changes(
        changed, get=lambda kind, id: content(amendment, kind, id, at=at),
        ids={kind: rules.ids_in_force(kind, region=amendment.region, at=at) for kind in CHECKED},
    )


def propose(
    *, amendment: Amendment, valid_from: date, source: str, revision: int, actor: Viewer, at: datetime
) -> None:
    """Ask for an amendment to be adopted; whoever adopts it is somebody else."""
    if not amendment.patches:
        raise Refusal("没有提请：修改稿里还没有改动。")
    _refuse_past(valid_from, at)
    if not source.strip():
        raise Refusal("没有提请：请写明依据（文件名称、会议或理由）。")
    if check(amendment, at=at):
        raise Refusal("没有提请：修改稿里还有错误，请先改正。")
    based_on = {f"{pair.kind}/{pair.id}": hash_of(pair.before) for pair in changes(amendment, at=at)}
    done = Amendment.objects.filter(id=amendment.id, revision=revision, state__in=Amendment.LIVE).update(
        based_on=based_on, state=Amendment.PROPOSED, valid_from=valid_from, source=source.strip(),
        proposed_by=actor.person_id, changed_at=at, returned="",
    )
    if not done:
        raise Refusal(OVERTAKEN)


def send_back(*, amendment: Amendment, why: str, revision: int, at: datetime) -> None:
    """Give a proposed amendment back to those who write it."""
    if not why.strip():
        raise Refusal("没有退回：请写明要改什么。")
    done = Amendment.objects.filter(id=amendment.id, revision=revision, state=Amendment.PROPOSED).update(
        state=Amendment.OPEN, returned=why.strip(), changed_at=at
    )
    if not done:
        raise Refusal(OVERTAKEN)


def drop(*, amendment: Amendment, revision: int, actor: Viewer, at: datetime) -> None:
    """Give an amendment up; it stays on record, and nothing is changed by it."""
    done = Amendment.objects.filter(id=amendment.id, revision=revision, state__in=Amendment.LIVE).update(
        state=Amendment.DROPPED, settled_by=actor.person_id, settled_at=at
    )
    if not done:
        raise Refusal(OVERTAKEN)


@transaction.atomic
def adopt(*, amendment: Amendment, revision: int, actor: Viewer, at: datetime) -> int:
    """How many versions are in force by it from its day on; refused when anything changed since it was read."""
    stands = Amendment.objects.select_for_update().get(id=amendment.id)
    if stands.revision != revision or stands.state != Amendment.PROPOSED or stands.valid_from is None:
        raise Refusal("没有采用：修改稿在此期间有变化。请刷新页面，重新看过再采用。")
    if actor.person_id is None or str(actor.person_id) in {*stands.writers, str(stands.proposed_by)}:
        raise Refusal("没有采用：写过或提请这份修改稿的人不能自己采用，请另一位有权的人来看。")
    _refuse_past(stands.valid_from, at)
    for pair in changes(stands, at=at):
        if stands.based_on[f"{pair.kind}/{pair.id}"] != hash_of(pair.before):
            raise Refusal("没有采用：现行规则在此期间已经变了。请退回，按现行规则重新核对后再提请。")
    if check(stands, at=at):
        raise Refusal("没有采用：按现行规则检查，修改稿里有错误。请退回修改。")
    fresh = [version for key, patch in stands.patches.items() for version in _kept(stands, key, patch, at)]
    DefinitionVersion.objects.bulk_create(fresh)
    for version in fresh:
        ledger.record(
            kind="definition.adopted", subject=RULEBOOK, actor=actor, at=at, is_fact=True,
            clear={
                "kind": version.kind, "id": version.definition_id, "region": version.region, "hash": version.hash,
                "amendment": str(stands.id), "writers": stands.writers, "valid_from": version.valid_from.isoformat(),
            },
        )
    stands.state, stands.settled_by, stands.settled_at = Amendment.ADOPTED, actor.person_id, at
    stands.save(update_fields=["state", "settled_by", "settled_at"])
    return len(fresh)


def _kept(stands: Amendment, key: str, patch: Content, at: datetime) -> list[DefinitionVersion]:
    """The overlay kept, with a version for its own day and one for each later day on which what it lies on changes."""
    kind, _, id = key.partition("/")
    day = stands.valid_from or at.astimezone(CHINA).date()
    Overlay.objects.create(
        kind=kind, definition_id=id, region=stands.region, valid_from=day, patch=patch, source=stands.source,
        adopted_at=at, amendment_id=stands.id,
    )
    made = []
    for each in [day, *rules.days_after(kind, id, region=stands.region[:4] + "00", day=day)]:
        found = lay_over(above(kind, id, region=stands.region, at=at, on=each), patch)
        made.append(DefinitionVersion(
            hash=hash_of(found), kind=kind, definition_id=id, region=stands.region, valid_from=each, adopted_at=at,
            content=found, source=stands.source,
        ))
    return made


def _refuse_past(day: date, at: datetime) -> None:
    if day < at.astimezone(CHINA).date():
        raise Refusal("启用日期已经过去。请改成今天或以后的日期。")
