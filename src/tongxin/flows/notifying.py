"""Where somebody is reached outside: noted, shown to be theirs, tried, given up. Everybody only for themselves."""

from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices import addresses, queueing, sending, setup
from tongxin.notices.adapters import webpush
from tongxin.notices.models import Address
from tongxin.notices.rules import Hours, Notices, rules_at

WEB_PUSH = "webpush"
TOO_MANY = "没有发：一天里要的确认码和试发太多了，请明天再试。"


@transaction.atomic
def add(*, channel: str, address: str, actor: Viewer, at: datetime) -> Address:
    """A further address; the code goes to it, and until it is written here nothing else does."""
    person, found = _self(actor), rules_at(at)
    way = found.channels.get(channel)
    if way is None:
        raise Refused([Problem("channel", "没有登记：请选一种方式。", True)])
    if setup.problem(channel):
        raise Refused([Problem("channel", f"没有登记：这里还不能用{way.zh}，请找系统管理员。", True)])
    if not way.fits(address):
        raise Refused([Problem("address", f"没有登记：这不像{way.ask}，请核对后再填。", True)])
    if len(addresses.of(person.id)) >= found.most_addresses:
        raise Refused.because(f"没有登记：最多登记 {found.most_addresses} 个，请先停用不用的。")
    if way.needs_code:
        _not_too_often(person.id, found, at)
    row = addresses.add(person=person, channel=channel, address=address, at=at, is_confirmed=not way.needs_code)
    if row is None:
        raise Refused([Problem("address", "没有登记：这个地址已经在下面了。", True)])
    if way.needs_code:
        queueing.queue(to=row, kind=queueing.CONFIRM, at=at)
    else:
        _tell("address.confirmed", row, actor, at)
    return row


@transaction.atomic
def ask_again(*, address_id: UUID, actor: Viewer, at: datetime) -> None:
    """A new code to an address that isn't confirmed yet."""
    row, found = _own(address_id, actor), rules_at(at)
    if row.confirmed_at is not None:
        raise Refused.because("这个地址已经确认过了。")
    _not_too_often(row.person_id, found, at)
    addresses.ask(row, at=at)
    queueing.queue(to=row, kind=queueing.CONFIRM, at=at)


def confirm(*, address_id: UUID, code: str, actor: Viewer, at: datetime) -> None:
    """The code that came there, written here: from now on notices go there."""
    row = _own(address_id, actor)
    # A wrong try counts whatever becomes of the rest.
    if not addresses.is_right(row, "".join(code.split()), rules=rules_at(at), at=at):
        raise Refused([Problem("code", "没有确认：确认码不对，或已经过期。可以再发一个。", True)])
    with transaction.atomic():
        addresses.confirm(row, at=at)
        _tell("address.confirmed", row, actor, at)


@transaction.atomic
def remove(*, address_id: UUID, actor: Viewer, at: datetime) -> None:
    """Nothing more goes there; the address itself isn't kept."""
    row = _own(address_id, actor)
    sending.spare_of(row, at=at)
    addresses.remove(row, at=at)
    _tell("address.removed", row, actor, at)


@transaction.atomic
def try_out(*, address_id: UUID, actor: Viewer, at: datetime) -> None:
    """One message to see whether it comes."""
    row = _own(address_id, actor)
    if row.confirmed_at is None:
        raise Refused.because("没有试发：请先填确认码。")
    _not_too_often(row.person_id, rules_at(at), at)
    queueing.queue(to=row, kind=queueing.TEST, at=at)


@transaction.atomic
def prefer(*, quiet_from: str, quiet_until: str, digest_at: str, actor: Viewer, at: datetime) -> None:
    """When somebody wants to be left alone; as long as enough of the day stays open, and never for what is urgent."""
    person, found = _self(actor), rules_at(at)
    quiet = Hours(_time("quiet_from", quiet_from), _time("quiet_until", quiet_until))
    digest = _time("digest", digest_at)
    hours = int(found.open_at_least.total_seconds() // 3600)
    if 24 - quiet.lasts.total_seconds() / 3600 < hours:
        raise Refused([Problem("quiet_from", f"没有保存：一天里至少留 {hours} 小时可以发，请把免打扰写短一些。", True)])
    if quiet.holds(digest):
        raise Refused([Problem("digest", "没有保存：汇总的时刻在免打扰里，请写到免打扰以后。", True)])
    addresses.prefer(person=person, quiet=quiet, digest_at=digest, at=at)


def browser_key() -> str:
    """What a browser is told when it asks to be rung."""
    return webpush.public_key()


def _time(place: str, text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused([Problem(place, "没有保存：请写几点几分，例如 21:30。", True)]) from None


def _not_too_often(person_id: UUID, found: Notices, at: datetime) -> None:
    if queueing.asked_lately(person_id, at=at) >= found.codes_a_day:
        raise Refused.because(TOO_MANY)


def _self(actor: Viewer) -> Person:
    # Two windows of one person take turns, so that neither counts past the other.
    known = Person.objects.select_for_update().filter(is_active=True)
    found = known.filter(id=actor.person_id).first() if actor.person_id else None
    if found is None:
        raise NotAllowed
    return found


def _own(address_id: UUID, actor: Viewer) -> Address:
    own = addresses.of(actor.person_id) if actor.person_id else []
    row = next((each for each in own if each.id == address_id), None)
    if row is None:
        raise NotAllowed
    return row


def _tell(kind: str, row: Address, actor: Viewer, at: datetime) -> None:
    ledger.record(
        kind=kind, subject=row.key_owner, actor=actor, at=at, clear={"channel": row.channel}, is_fact=True
    )
