"""Notices that leave the house in the last days: addresses shown to be somebody's, urgent lines, the day's summary."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_string, policy

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo import nights
from tongxin.demo.receivers import Kept
from tongxin.demo.year import Year
from tongxin.flows import notifying
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices import queueing, sending
from tongxin.notices.models import Address

# Who is reached outside, how, and where: addresses and numbers that nobody has.
REACHED = (
    ("case_manager", "email", "manager@example.cn"), ("case_manager", "sms", "10000000001"),
    ("social_worker", "wecom", "demo.social"), ("social_worker", "email", "social@example.cn"),
    ("counsellor", "sms", "10000000002"), ("clinical_supervisor", "email", "clinical@example.cn"),
)
# One who never writes the code here: nothing else goes there.
UNCONFIRMED = ("counsellor", "email", "counsellor@example.cn")
BEGINS, HALF_HOUR, HOURS, ENOUGH = timedelta(days=4), timedelta(minutes=30), range(7, 23), 500
CODE = re.compile(r"确认码 ([0-9]{6})")
WORKER = "notices-year"


@dataclass
class NoticeDays:
    """What the worker sends meanwhile, and the people of the county who are reached."""

    year: Year
    county: Division
    outside: Kept

    def plan_all(self) -> None:
        """From the fourth day before the end, each half hour of the day as the worker would."""
        begins = (self.year.end - BEGINS).astimezone(CHINA).replace(hour=10, minute=0)
        self.year.plan(begins, self._begin)
        moment = begins + HALF_HOUR
        while moment <= self.year.end:
            if moment.astimezone(CHINA).hour in HOURS:
                self.year.plan(moment, self._work)
            moment += HALF_HOUR

    def _begin(self, at: datetime) -> None:
        """What was told before anybody was reached outside isn't told again."""
        nights.do_waiting(at)
        while queueing.weigh(at=at, limit=ENOUGH):
            continue
        for role, channel, address in REACHED:
            self._join(role, channel, address, at, confirms=True)
        self._join(*UNCONFIRMED, at, confirms=False)

    def _join(self, role: str, channel: str, address: str, at: datetime, *, confirms: bool) -> None:
        actor = self.year.cast.at_place(role, self.county.id, at=at)
        if actor is None:
            return
        try:
            row = notifying.add(channel=channel, address=address, actor=actor.viewer, at=at)
            self._send(at)
            if confirms:
                notifying.confirm(address_id=row.id, code=self._code(), actor=actor.viewer, at=at)
                notifying.try_out(address_id=row.id, actor=actor.viewer, at=at)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("notices", refused, at=at)

    def _work(self, at: datetime) -> None:
        if Address.objects.exists():
            nights.do_waiting(at)
            self._send(at)

    def _send(self, at: datetime) -> None:
        while queueing.weigh(at=at, limit=ENOUGH):
            continue
        queueing.digest(at=at)
        while sending.send_due(worker=WORKER, at=at, limit=ENOUGH):
            continue

    def _code(self) -> str:
        """The code as it stands in the message that came last."""
        last = self.outside.all()[-1]
        text = last.read_text(encoding="utf-8")
        if last.suffix == ".eml":
            text = str(message_from_string(text, policy=policy.default).get_content())
        return str(CODE.findall(text)[-1])
