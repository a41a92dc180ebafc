"""What a form's page says of answers that were known before: from which record, of which day."""

from collections.abc import Mapping
from typing import Any

from tongxin.flows.prefill import Known
from tongxin.web import words
from tongxin.web.console.file import entry_zh


def tell_known(definition: dict[str, Any], known: Mapping[str, Known]) -> dict[str, Any]:
    """The definition with the source of each answer that stands in it already."""
    for section in definition["sections"]:
        for field in section["fields"]:
            if found := known.get(field["id"]):
                field["known"] = {"value": found.value, "zh": _source(found)}
    return definition


def tell_source(definition: dict[str, Any], told: Mapping[str, Any], zh: str) -> dict[str, Any]:
    """The definition with one source for what came from somewhere else than the file."""
    for section in definition["sections"]:
        for field in section["fields"]:
            if field["id"] in told:
                field["known"] = {"value": told[field["id"]], "zh": zh}
    return definition


def _source(known: Known) -> str:
    if known.entry is None:
        return "档案"
    return f"{entry_zh(known.entry)}，{words.day_zh(known.entry.occurred_at)}"
