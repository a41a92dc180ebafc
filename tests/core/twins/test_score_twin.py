"""The phone scores every questionnaire as the server does: by age, sex, informant and time, with every gap."""

from __future__ import annotations

import random
from typing import Any

from tests.core.instruments import questionnaires as made
from tests.core.instruments.engines import as_json
from tests.core.twins.engines import Twin
from tongxin.core.instruments import read, score

CONTENTS = {**{id: made.content(id) for id in made.SHIPPED}, **{build.__name__: build() for build in made.MADE}}
ODD = [None, "", "\u3000", 7, -1, 1.5, "abc", "7", True]
AGES = [None, *range(0, 240, 7)]
INFORMANTS = [None, "self", "carer", "teacher", "observer"]

WHO = {"age_months": "ageMonths", "sex": "sex", "informant": "informant", "norm": "norm", "seconds": "seconds"}


def _told(content: made.Content, answers: dict[str, Any], who: dict[str, Any]) -> Any:
    instrument = read(content)
    found = score(instrument, answers, **{key: who[name] for key, name in WHO.items() if name in who})
    return as_json(found)


def _asked(name: str, answers: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
    return {"ask": "score", "instrument": name, "answers": answers, "who": who}


def test_every_golden_case_of_the_definitions(twin: Twin) -> None:
    cases = [(id, case) for id in made.SHIPPED for case in made.cases(id)]
    twin.ask([{"ask": "keep", "name": id, "value": CONTENTS[id]} for id in made.SHIPPED])
    asked = [(id, case["answers"], {WHO[key]: case[key] for key in WHO if key in case}) for id, case in cases]
    found = twin.ask([_asked(*each) for each in asked])
    for (id, answers, who), told in zip(asked, found, strict=True):
        assert told == _told(CONTENTS[id], answers, who), (id, answers)


def test_random_sheets_of_every_questionnaire(node: Twin) -> None:
    chance = random.Random(20251230)
    node.ask([{"ask": "keep", "name": name, "value": content} for name, content in CONTENTS.items()])
    asked = [
        (name, _sheet(content, chance), _who(content, chance)) for name, content in CONTENTS.items() for _ in range(25)
    ]
    found = node.ask([_asked(*each) for each in asked])
    for (name, answers, who), told in zip(asked, found, strict=True):
        assert told == _told(CONTENTS[name], answers, who), (name, answers, who)


def _sheet(content: made.Content, chance: random.Random) -> dict[str, Any]:
    gaps = chance.choice((0, 0, 0.05, 0.4))
    sheet = {}
    for item in content["items"]:
        codes = [option["code"] for option in content["option_sets"][item["options"]]]
        sheet[item["id"]] = chance.choice(ODD if chance.random() < gaps else codes)
    return sheet


def _who(content: made.Content, chance: random.Random) -> dict[str, Any]:
    norms = [None, None, None, *(norm["id"] for norm in content["norms"])]
    return {
        "ageMonths": chance.choice(AGES), "sex": chance.choice([None, "male", "female"]),
        "informant": chance.choice(INFORMANTS), "norm": chance.choice(norms),
        "seconds": chance.choice([None, 0, 5, 60, 600]),
    }
