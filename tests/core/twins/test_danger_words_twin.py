"""The phone finds the very words that the server finds: in every case, in the labelled notes, in random text."""

from __future__ import annotations

import random

import yaml

from tests import world
from tests.core.twins.engines import ROOT, Twin
from tongxin.core.danger_words import find, lexicon_json, read

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
