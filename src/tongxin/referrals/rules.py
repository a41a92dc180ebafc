"""What `definitions/referrals` says: what each kind shows to the other side, how links work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.core.pathway import CaseState, Handover
from tongxin.rulebook import shipped

# What was adopted before it could say so.
FIGURES: Mapping[str, Any] = {"back": {"days": 365}, "at_least": 5}


@dataclass(frozen=True, slots=True)
class Shown:
    """What one kind of referral shows beside its own sheet: at once, and with which consent."""

    sees: frozenset[str]
    more: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Referrals:
    """The rules in force."""

    kinds: Mapping[str, Shown]
    papers: tuple[str, ...]
    lasts: timedelta
    digits: int
    tries: int
    most_papers: int
    wrong: Mapping[str, Any]
    # How far back the board counts its times, and from how many on it tells them.
    counts_back: timedelta
    at_least: int

    def parts(self, known: Handover, *, state: CaseState) -> frozenset[str]:
        """The parts that the receiving body may see of a child now."""
        return self.given(known.fact.data, state=state)

    def given(self, data: Mapping[str, Any], *, state: CaseState) -> frozenset[str]:
        """The parts that go with a sheet of this kind and basis, as the child's consents stand."""
        shown = self.kinds.get(str(data.get("kind", "")))
        if shown is None:
            return frozenset()
        by_law = data.get("basis") == "legal_basis" or state.in_crisis
        return shown.sees | {
            part for part, purpose in shown.more.items() if by_law or state.consents.get(purpose) == "given"
        }


def rules_in(*, region: str, at: datetime) -> Referrals:
    """The rules of a county; after an upgrade those that came with the program, until they are adopted."""
    return shipped.read_in_force(read, "referrals", "referrals", region=region, at=at)


def read(content: Mapping[str, Any]) -> Referrals:
    """The definition as an object."""
    link, figures = content["link"], content.get("figures", FIGURES)
    return Referrals(
        kinds={
            each["id"]: Shown(
                frozenset(each.get("sees", ())), {more["part"]: more["consent"] for more in each.get("more", ())}
            )
            for each in content["kinds"]
        },
        papers=tuple(content["papers"]), lasts=timedelta(**link["lasts"]), digits=int(link["code_digits"]),
        tries=int(link["tries"]), most_papers=int(link["papers"]), wrong=content["wrong_links"],
        counts_back=timedelta(**figures["back"]), at_least=int(figures["at_least"]),
    )
