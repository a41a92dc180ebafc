"""An instrument's printed page, taken into a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms.model import Item, Option, Sheet


def read_sheet(content: Mapping[str, Any]) -> Sheet:
    """The sheet that `core.instruments.sheet` gives; items without options of their own share its options."""
    common = content.get("options", ())
    items = tuple(
        Item(
            id=item["id"],
            zh=item["zh"],
            options=_options(item.get("options", common)),
            number=str(item.get("number", "")),
        )
        for item in content["items"]
    )
    return Sheet(content["id"], content["zh"], content.get("stem", ""), items, content.get("notice", ""))


def _options(raw: Any) -> tuple[Option, ...]:
    return tuple(Option(str(each["code"]), each["zh"], each.get("score")) for each in raw)
