"""The questionnaire of a round, in the version it was planned with."""

from collections.abc import Mapping

from tongxin.core import instruments
from tongxin.core.instruments import Instrument, Score
from tongxin.core.screening import Rule, read_rule
from tongxin.rulebook import rules
from tongxin.rulebook.rules import Resolved
from tongxin.screening.models import Round


def instrument_of(round: Round) -> Instrument:
    """The pinned version, whatever was adopted since."""
    hash = round.instrument_hash
    return rules.read(instruments.read, Resolved(hash, rules.content_of(hash)))


def rule_of(round: Round) -> Rule:
    """The screening rules that the round was planned by."""
    hash = round.rule_hash
    return rules.read(read_rule, Resolved(hash, rules.content_of(hash)))


def alerts_of(instrument: Instrument, item_id: str, code: str) -> dict[str, str]:
    """What one answer raises by itself: alert and kind by their common name; empty when nothing."""
    score = instruments.score(instrument, {item_id: code})
    return {f"{alert.code}:{alert.kind}": alert.kind for alert in score.alerts}


def scored(round: Round, answers: Mapping[str, str], *, age_months: int | None) -> Score:
    """What a sheet comes to under the round's own version."""
    return instruments.score(instrument_of(round), answers, age_months=age_months)
