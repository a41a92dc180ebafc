"""The questionnaire as it is shown to the person who answers: words and codes, no scores."""

from __future__ import annotations

from typing import Any

from tongxin.core.instruments.definition import Instrument, Option


def sheet(instrument: Instrument, *, language: str = "zh") -> dict[str, Any]:
    """Stem, items and options in one language; an item with other options brings its own."""
    common = instrument.items[0]
    items = []
    for item in instrument.items:
        entry: dict[str, Any] = {"id": item.id, "number": item.number, "zh": item.text[language]}
        if item.option_set != common.option_set:
            entry["options"] = _options(item.options, language)
        items.append(entry)
    return {
        "id": instrument.id,
        "zh": instrument.zh,
        "stem": instrument.stem[language],
        "notice": instrument.notice.get(language, ""),
        "text_sha256": instrument.text_sha256,
        "items": items,
        "options": _options(common.options, language),
    }


def _options(options: tuple[Option, ...], language: str) -> list[dict[str, Any]]:
    return [{"code": option.code, "zh": option.text[language]} for option in options]
