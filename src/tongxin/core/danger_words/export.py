"""The list as plain data for its twin on the phone (`pwa/core/danger_words.js`)."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.danger_words.lexicon import GAP, LISTS, read


def lexicon_json(content: Mapping[str, Any]) -> dict[str, Any]:
    """Terms in parts with their kind, and the words around them in the order in which they are tried."""
    lexicon = read(content)
    return {
        "forms": sorted(lexicon.forms), "kinds": dict(lexicon.kinds), "breaks": str(content["breaks"]),
        "terms": [[term.zh.split(GAP), term.kind] for term, _pattern in lexicon.terms],
        "reach": {name: int(content["reach"][name]) for name in ("gap", "answer", "topic")},
        **{name: list(getattr(lexicon, name)) for name in LISTS},
    }
