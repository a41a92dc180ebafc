"""What an export says of itself beside its files: whose it is, of which moment, under which definitions."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tongxin.indicators.rules import mark_of
from tongxin.instances import keys
from tongxin.lib.faults import Fault

FILE, FORMAT = "about.json", "tongxin-facts-1"
NO_FOLDER = "没有找到文件夹 {folder}，没有改动。请写 tongxin indicators export 写出的文件夹。"
UNREADABLE = "{folder} 里没有 {file}，或读不出，没有改动。请让对方用 tongxin indicators export 再导出一次，整个送来。"


@dataclass(frozen=True, slots=True)
class About:
    """One export; `rows` is how many each set has, so that a lost file is noticed."""

    installation: str
    at: datetime
    definitions: str
    rows: dict[str, int]


def write(folder: Path, rows: dict[str, int], *, at: datetime) -> About:
    """Written last: a folder without it is not whole."""
    installation = bytes(keys.signing_key().verify_key).hex()
    made = About(installation, at, mark_of(at=at), rows)
    content = {"format": FORMAT, **asdict(made), "at": at.isoformat()}
    (folder / FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
    return made


def read(folder: Path) -> About:
    """What a folder says; a `Fault` in words where it says nothing that can be read."""
    if not folder.is_dir():
        raise Fault(NO_FOLDER.format(folder=folder))
    try:
        return _about(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        raise Fault(UNREADABLE.format(folder=folder, file=FILE)) from None


def _about(said: Any) -> About:
    at = datetime.fromisoformat(said["at"])
    rows = {str(name): int(many) for name, many in said["rows"].items()}
    if said["format"] != FORMAT or at.tzinfo is None or not 2000 <= at.year <= 2100 or not said["installation"]:
        raise ValueError(FORMAT)
    return About(str(said["installation"]), at, str(said["definitions"]), rows)
