"""Which questionnaires may be asked of many, by whom answered, and what whoever chooses has to know."""

from dataclasses import dataclass
from datetime import datetime

from tongxin.core import instruments
from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.core.screening import Cut, Rule, read_rule
from tongxin.rulebook import rules
from tongxin.rulebook.rules import Resolved

FORM, RULE = "screening_sheet", ("screening", "screening")
SELF = "self"
TIERS = {"A": "可以免费使用", "B": "有条件使用", "C": "要有授权文件"}
YEAR = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """One questionnaire with its cut-off as it holds in a place."""

    instrument: Instrument
    cut: Cut

    @property
    def tier_zh(self) -> str:
        return TIERS.get(self.instrument.licence_tier, self.instrument.licence_tier)

    @property
    def ages_zh(self) -> str:
        who = self.instrument.informant(SELF)
        if who is None:
            return ""
        top = f"{who.oldest // YEAR}" if who.oldest < 100 * YEAR else ""
        return f"{who.youngest // YEAR}–{top} 岁" if top else f"{who.youngest // YEAR} 岁以上"

    @property
    def warnings(self) -> list[str]:
        """What has to be known before it is chosen, in sentences."""
        found = [*self.instrument.conditions]
        if not self.instrument.validated:
            found.append("中文译文未经效度验证，结果只作参考，由专业人员判断。")
        return found


def offers(*, region: str, at: datetime) -> list[Offer]:
    """The questionnaires with a cut-off that a child answers alone, all words there, and room on the sheet."""
    rule = _rule(region, at)
    found = []
    for id in _asked_on_sheet(region, at):
        cut = rule.cuts.get(id)
        instrument = _instrument(id, region, at)
        if cut and instrument and instrument.informant(SELF) and instrument.may_be_shown(at.astimezone(CHINA).date()):
            found.append(Offer(instrument, cut))
    return found


def offered(id: str, *, region: str, at: datetime) -> Offer | None:
    """One of them by its id."""
    return next((each for each in offers(region=region, at=at) if each.instrument.id == id), None)


def _rule(region: str, at: datetime) -> Rule:
    return rules.read(read_rule, rules.resolve(*RULE, region=region, at=at))


def _instrument(id: str, region: str, at: datetime) -> Instrument | None:
    try:
        resolved: Resolved = rules.resolve("instruments", id, region=region, at=at)
    except rules.NotAdopted:
        return None
    return rules.read(instruments.read, resolved)


def _asked_on_sheet(region: str, at: datetime) -> list[str]:
    content = rules.resolve("forms", FORM, region=region, at=at).content
    fields = (field for section in content["sections"] for field in section["fields"])
    return [str(field["instrument"]) for field in fields if field["type"] == "instrument"]
