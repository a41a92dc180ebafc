"""Whether anybody else on this machine may look into the data folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from tongxin.lib import places

OTHERS = 0o077


def loose() -> list[str]:
    """Files and folders of the data folder that other accounts may read, by their names within it."""
    home = places.home()
    if not home.is_dir():
        return []
    return sorted(str(path.relative_to(home)) for path in _kept(home) if _mode(path) & OTHERS)


def _kept(home: Path) -> Iterator[Path]:
    yield home
    for folder, folders, files in os.walk(home):
        yield from (path for path in (Path(folder, name) for name in (*folders, *files)) if not path.is_symlink())


def _mode(path: Path) -> int:
    """How far it is open; not at all, where it went away while others work in the folder."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0
