"""The county's directory of services through the year: who takes children, checked again before the end."""

from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.demo.year import Year
from tongxin.flows import listing_services
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.referrals.models import Service

ENTERED, CHECKED = timedelta(days=8), timedelta(days=20)
# Which body, what kind, ages from and to, what it is, where, when, how to refer, whether it takes children.
LINES = (
    (
        "hospital", "medical", "6", "18", "儿童心理门诊",
        "医院门诊楼三楼", "周一至周五 8:00—17:00", "带转介单，先电话约", "accepting",
    ),
    (
        "hospital", "assessment", "6", "18", "心理评估",
        "医院门诊楼三楼", "周三、周五上午", "带转介单和已有的评估", "waiting",
    ),
    (
        "school", "counselling", "6", "15", "校内心理辅导",
        "学校心理辅导室", "上学日 12:30—17:00", "告诉心理老师", "accepting",
    ),
    (
        "womens_federation", "relief", "0", "18", "困难家庭慰问和物资",
        "妇联办公室", "工作日", "填转介单", "accepting",
    ),
    (
        "education", "education", "6", "18", "控辍保学、助学金",
        "教育局办公室", "工作日", "填转介单，写明学校年级", "accepting",
    ),
)
# How many lines nobody checks again, so that something is marked as old on the last morning.
LEFT = 1


class DirectoryDays:
    """What the county's desk keeps of who takes children."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """Each line is entered in the first days; all but the last are checked before the end."""
        lines = [each for each in LINES if each[0] in self.year.bodies]
        for number, line in enumerate(lines):
            entered, checked = start + ENTERED + timedelta(minutes=9 * number), self.year.end - CHECKED
            self.year.plan(entered, self._keep, line=line)
            if number < len(lines) - LEFT and checked > entered:
                state = "full" if number == 1 else line[-1]
                self.year.plan(checked + timedelta(minutes=7 * number), self._keep, line=(*line[:-1], state))

    def _keep(self, at: datetime, line: tuple[str, ...]) -> None:
        desk = self.year.cast.at_place("case_manager", self.county.id, at=at)
        if desk is None:
            return
        body, kind, low, high, zh, where, opens, how, state = line
        organisation = self.year.bodies[body]
        known = Service.objects.filter(county_id=self.county.id, organisation_id=organisation, zh=zh).first()
        given = {
            "organisation": str(organisation), "kind": kind, "state": state, "age_from": low, "age_to": high, "zh": zh,
            "where": where, "opens": opens, "how": how, "phone": "0531-00000000",
        }
        try:
            listing_services.keep(service_id=known.id if known else None, given=given, actor=desk.viewer, at=at)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("services", refused, at=at)
