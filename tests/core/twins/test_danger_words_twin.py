"""The phone finds the very words that the server finds: in every case, in the labelled notes, in random text."""

from __future__ import annotations

import random

import yaml

from tests import world
from tests.core.twins.answered import form
from tests.core.twins.engines import ROOT, Twin
from tests.core.twins.test_outcome_twin import the_rules
from tongxin.core.danger_words import find, lexicon_json, read
from tongxin.core.grading.export import form_json
from tongxin.flows.hearing import written_in

CONTENT = world.library().of("danger_words", "danger_words")[0].content
ODD = " 　\n，。ＡＢ不没想死割腕遗书问他说讲了吗😀没有否认-1a"


def test_finds_what_the_server_finds(twin: Twin) -> None:
    cases = yaml.safe_load((ROOT / "definitions/danger_words/danger_words.cases.yaml").read_text())["cases"]
    sample = yaml.safe_load((ROOT / "definitions/sample/danger-notes.yaml").read_text())
    notes = next(value for value in sample.values() if isinstance(value, list) and isinstance(value[0], dict))
    dice = random.Random(20260101)
    terms = [word for kind in CONTENT["kinds"] for word in kind["terms"]]
    texts = [case["text"] for case in cases] + [str(note["text"]) for note in notes]
    for _ in range(400):
        texts.append("".join(dice.choice((dice.choice(ODD), dice.choice(terms))) for _ in range(dice.randrange(14))))
    twin.ask([{"ask": "keep", "name": "words", "value": lexicon_json(CONTENT)}])
    found = twin.ask([{"ask": "words", "lexicon": "words", "text": text} for text in texts])
    lexicon = read(CONTENT)
    for text, told in zip(texts, found, strict=True):
        assert told == [[each.start, each.end, each.kind] for each in find(text, lexicon)], text


def test_reads_every_place_that_the_server_reads(twin: Twin) -> None:
    lexicon = read(CONTENT)
    twin.ask([{"ask": "keep", "name": "words", "value": lexicon_json(CONTENT)}])
    for id in sorted(lexicon.forms):
        asked, said = form(id), "她说不想活了"
        answers: dict[str, object] = {}
        for field in asked.fields:
            if field.type == "list":
                answers[field.id] = [{each.id: said for each in field.fields}, {}]
            else:
                answers[field.id] = said
        shape = form_json(asked, form_hash=id, names=the_rules().names)
        twin.ask([{"ask": "keep", "name": "form", "value": shape}])
        (told,) = twin.ask([{"ask": "heard", "form": "form", "lexicon": "words", "answers": answers}])
        assert told["passages"] == [list(each) for each in written_in(asked.fields, answers)], id
        assert told["kinds"] == ["self_harm"] and told["passages"], id
