"""The sheet as a child's page gets it: words and codes, which questions are asked, which are answered; no score."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tongxin.accounts.viewers import WORKER
from tongxin.core import instruments
from tongxin.core.instruments import Instrument
from tongxin.screening import identities, questions
from tongxin.screening.models import Sitting
from tongxin.web.answer.asking import asking_in, span_in, words_for


def state_of(sitting: Sitting, *, at: datetime) -> dict[str, Any]:
    """Everything a page needs to go on where the child was. What was answered is not told again, only that it was:
    whoever opens a child's link later must not read it there."""
    round = sitting.participant.round
    instrument = questions.instrument_of(round)
    return {
        "words": words_for(round, at=at), "sheet": _words_of(instrument), "asked": asked_of(sitting, instrument, at=at),
        "answered": sorted(set(sitting.answers.values_list("item", flat=True))),
        "is_begun": sitting.assented_at is not None, "is_shared": sitting.way == Sitting.KIOSK,
        "idle": span_in(asking_in(at=at), "kiosk_idle").total_seconds(),
    }


def asked_of(sitting: Sitting, instrument: Instrument, *, at: datetime) -> list[str]:
    """The questions to be asked as far as the answers tell; one that may still be asked is."""
    if all(item.asked_if is None for item in instrument.items):
        return [item.id for item in instrument.items]
    answers = identities.answers_of(sitting, viewer=WORKER, at=at)
    points = _points(instrument, answers)
    return [item.id for item in instrument.items if item.asked_if is None or item.asked_if.holds(points)]


def _points(instrument: Instrument, answers: Mapping[str, str]) -> dict[str, int]:
    found = {id: instrument.item(id).option(code) for id, code in answers.items()}
    return {id: option.score for id, option in found.items() if option is not None}


def _words_of(instrument: Instrument) -> dict[str, Any]:
    found = instruments.sheet(instrument)
    common = found["options"]
    return {
        # The stem goes with the common options; a question with options of its own is a whole sentence.
        "stem": found["stem"], "notice": found["notice"],
        "items": [
            {"id": item["id"], "zh": item["zh"], "is_own": "options" in item, "options": [
                {"code": str(option["code"]), "zh": option["zh"]} for option in item.get("options", common)
            ]}
            for item in found["items"]
        ],
    }
