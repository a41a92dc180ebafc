"""How many backups stay: the keys' ones fewer, for an erased child must not outlive in them (spine B4)."""

import re
from pathlib import Path

NAME = re.compile(r"tongxin-\d{8}-\d{6}\.(backup|keys)")


def kept(folder: Path, *, ending: str) -> list[Path]:
    """The backups of a folder, newest first; nothing else that lies there is ever meant."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.suffix == ending]
    return sorted(found, key=lambda path: path.name, reverse=True)


def rotate(folder: Path, *, ending: str, keep: int) -> list[Path]:
    """Remove all but the newest `keep`; gives those that went."""
    gone = kept(folder, ending=ending)[keep:]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
