"""What pages of the duty roster share: reading people and times, saying moments."""

from datetime import datetime, time

from tongxin.core.pathway import CHINA
from tongxin.duty.selectors import OnCall
from tongxin.lib.ids import id_in

WEEKDAYS = "一二三四五六日"


def time_in(text: str) -> time | None:
    """A time of day that a page sends; seconds don't count."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found.replace(second=0, microsecond=0)


def named_in(text: str) -> OnCall | None:
    """Somebody with their post, as pages send them."""
    post, _, person = text.partition(":")
    found = id_in(post), id_in(person)
    return OnCall(found[0], found[1]) if found[0] and found[1] else None


def moment_in_zh(moment: datetime) -> str:
    """A moment as 12月29日（周一）8:30."""
    local = moment.astimezone(CHINA)
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）{local.hour}:{local.minute:02}"
