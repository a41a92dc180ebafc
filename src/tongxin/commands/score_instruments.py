"""The instruments that commands know by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tongxin.batch.errors import TableError
from tongxin.core.instruments import DefinitionError, Instrument, read
from tongxin.lib.places import definitions_folder
from tongxin.lib.strict_yaml import load


def instrument_named(asked: str) -> tuple[Instrument, Mapping[str, Any]]:
    """The instrument whose id is `asked`, however its parts are joined, and its definition."""
    folders = _folders()
    found = next((folder for folder in folders if _plain(folder.name) == _plain(asked)), None)
    if found is None:
        known = "、".join(folder.name for folder in folders) or "（定义文件夹里没有量表）"
        raise TableError(f"没有量表“{asked}”。可用：{known}。")
    return _loaded(found)


def instruments() -> dict[str, Instrument]:
    """Every instrument by its id."""
    found = (_loaded(folder)[0] for folder in _folders())
    return {each.id: each for each in found}


def smallest_told() -> int:
    """The smallest count that a report without names tells."""
    rule = load(definitions_folder() / "screening" / "screening.yaml").content
    return int(rule["cells"]["at_least"])


def _folders() -> list[Path]:
    return sorted(path.parent for path in (definitions_folder() / "instruments").glob("*/instrument.yaml"))


def _loaded(folder: Path) -> tuple[Instrument, Mapping[str, Any]]:
    document = load(folder / "instrument.yaml", name=f"definitions/instruments/{folder.name}/instrument.yaml")
    try:
        return read(document.content), document.content
    except DefinitionError as error:
        raise document.fault(error.path, error.zh, error.cure) from None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()
