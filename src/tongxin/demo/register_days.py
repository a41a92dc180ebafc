"""The registers of information protection through the year: an assessment and an agreement that another person agreed
to, one that waits for its word, and an incident whose clock was followed."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.demo.year import Year
from tongxin.flows import incidents, registers
from tongxin.flows.refusals import Refused
from tongxin.registers.answers import Given
from tongxin.registers.models import AGREEMENT, IMPACT, Line
from tongxin.registers.standing import AGREED

WRITES, JUDGES = "security_administrator", "audit_administrator"
ASKED = ("lawful", "minimal", "told", "under_14", "judged", "access", "secured", "outside", "ended")
# What is assessed, how many days after the beginning, and whether the other person has agreed by now.
ASSESSED = (
    ("comparison", 9, True), ("entrusted", 20, True), ("assessment", 34, True),
    ("screening", 48, True), ("export", 62, True),
    ("referral", 347, False),
)
AGREES, REPORTED, TOLD = timedelta(days=3), timedelta(days=350, hours=1), timedelta(minutes=40)


class RegisterDays:
    """What the security and the audit administrator of the county write down and judge."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """The days on which something is written."""
        for topic, days, is_agreed in ASSESSED:
            self._plan(start + timedelta(days=days), IMPACT, topic, _impact(topic), is_agreed=is_agreed)
        begins = start + timedelta(days=30)
        self._plan(begins, AGREEMENT, "software", _agreement(begins, self.year.end), is_agreed=True)
        self.year.plan(start + REPORTED, self._report)

    def _plan(self, at: datetime, register: str, topic: str, said: Mapping[str, str | list[str]], *,
              is_agreed: bool) -> None:
        def write(now: datetime) -> None:
            line = self._try(now, WRITES, lambda viewer: registers.keep(
                register=register, topic=topic, given=_given(said), actor=viewer, at=now
            ))
            if line is not None and is_agreed:
                self.year.plan(now + AGREES, lambda then: self._agree(line, then))

        self.year.plan(at, write)

    def _agree(self, line: Line, at: datetime) -> None:
        self._try(at, JUDGES, lambda viewer: registers.review(
            line_id=line.id, outcome=AGREED, words="", actor=viewer, at=at, of="1"
        ))

    def _report(self, at: datetime) -> None:
        said = {
            "found_at": f"{at:%Y-%m-%dT%H:%M}", "what": "一份去标识的统计表发错了工作群，十分钟内撤回，没有姓名。",
            "harm": "possible",
        }
        line = self._try(at, "case_manager", lambda viewer: incidents.report(
            topic="leak", given=_given(said), actor=viewer, at=at
        ))
        if line is not None:
            self.year.plan(at + TOLD, lambda then: self._follow(line, then))

    def _follow(self, line: Line, at: datetime) -> None:
        """The first step of the clock."""
        def follow(viewer: Viewer) -> Line:
            now = registers.opened(line, at=at)
            stages = {each.id for each in now.rules.stages}
            stage = next(each for each in now.standing.open_clocks() if each.stage in stages)
            given = _given({"to": "群里的人", "way": "phone", "said": "请各人删去，已逐个确认。"})
            return incidents.tell_stage(
                line_id=line.id, stage=stage.stage, given={**given, "happened_at": [f"{at:%Y-%m-%dT%H:%M}"]},
                actor=viewer, at=at,
            )

        self._try(at, WRITES, follow)

    def _try(self, at: datetime, role: str, act: Callable[[Viewer], Line]) -> Line | None:
        actor = self.year.cast.at_place(role, self.county.id, at=at)
        if actor is None:
            return None
        try:
            return act(actor.viewer)
        except Refused as refused:
            self.year.refuse("register", refused, at=at)
            return None


def _given(said: Mapping[str, str | list[str]]) -> Given:
    return {name: value if isinstance(value, list) else [value] for name, value in said.items()}


def _impact(topic: str) -> Mapping[str, str | list[str]]:
    return {
        "reasons": ["entrusted" if topic == "entrusted" else "sensitive"], "scope": "只用办这件事必需的内容",
        "effects": "万一外泄，孩子可能被同学知道", "risk": "medium", "measures": "加密、只给必需的、查看留痕",
        "conclusion": "with_measures", **dict.fromkeys(ASKED, "kept"),
    }


def _agreement(begins: datetime, end: datetime) -> Mapping[str, str | list[str]]:
    return {
        "party": "某某软件公司", "contact": "项目经理，0531-00000000", "purpose": "系统的运行维护，不接触内容",
        "activities": ["files"], "parts": ["roster"], "begins": begins.date().isoformat(),
        "ends": (end + timedelta(days=21)).date().isoformat(), "measures": ["least", "sealed", "named"],
        "passing_on": "forbidden", "supervision": "每季度检查一次，由安全管理员查账号和留痕",
    }
