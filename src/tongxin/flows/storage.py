"""Whether anybody else on this machine may look into the data folder."""

from collections.abc import Iterator
from pathlib import Path

from tongxin.lib import places

OTHERS = 0o077


def loose() -> list[str]:
    """Files and folders of the data folder that other accounts may read, by their names within it."""
    home = places.home()
    if not home.is_dir():
        return []
    return sorted(str(path.relative_to(home)) for path in _kept(home) if path.stat().st_mode & OTHERS)


def _kept(home: Path) -> Iterator[Path]:
    yield home
    for path in home.rglob("*"):
        if not path.is_symlink():
            yield path
