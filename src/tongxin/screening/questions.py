"""The questionnaire of a round, in the version it was planned with."""

from collections.abc import Mapping
from datetime import date

from tongxin.assessments.forms import months_on
from tongxin.core import instruments
from tongxin.core.instruments import Instrument, Score
from tongxin.core.screening import Rule, read_rule
from tongxin.rulebook import rules
from tongxin.rulebook.rules import Resolved
from tongxin.screening.models import Participant, Round

NO_AGE, WRONG_AGE = "age_unknown", "age"


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
    item = instrument.item(item_id)
    option = item.option(code)
    met = [critical for critical in item.critical if option is not None and critical.met(option.score)]
    return {f"{each.alert}:{each.kind}": each.kind for each in met}


def scored(
    participant: Participant, answers: Mapping[str, str], *, on: date, seconds: int | None = None
) -> Score:
    """What a sheet comes to under the round's own version."""
    sex = participant.sex if participant.sex in {"male", "female"} else None
    return instruments.score(
        instrument_of(participant.round), answers, age_months=months_on(participant.birth_month, on), sex=sex,
        informant=participant.round.informant, seconds=seconds,
    )


def is_old_enough(instrument: Instrument, months: int | None, *, informant: str) -> str:
    """Why a child is not asked: the age is unknown, or not one for which the questionnaire is made; else nothing."""
    who = instrument.informant(informant)
    if months is None:
        return NO_AGE
    return "" if who is not None and who.youngest <= months <= who.oldest else WRONG_AGE
