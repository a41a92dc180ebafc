"""What of the data folder goes into a backup, what is left out and why, and what nobody has decided on."""

from collections.abc import Iterator
from pathlib import Path

from tongxin.lib import places

# Sealed files that belong to the record, by their name in a backup, and where they lie.
FOLDERS = {"attachments": places.attachments_folder}
HEADS = "heads"
# Copied on their own, kept apart, made anew, or of the demonstration only.
LEFT_OUT = frozenset({
    "tongxin.db", "keys.db", "keys", "heads", "backups", "static", "clock.json", "demo.mark", "logins.json",
})
BESIDE = ("-wal", "-shm", "-turn", "-journal")
ASIDE = ("before-restore-", ".", "test-")


def files() -> Iterator[tuple[str, Path]]:
    """Every file to copy with its name inside the backup; a key folder is never among them."""
    for name, folder in FOLDERS.items():
        yield from _below(folder(), f"files/{name}")
    yield from _below(places.heads_folder(), HEADS)


def undecided() -> list[str]:
    """Names in the data folder that neither list knows; they are told of, so that nothing is lost in silence."""
    if not places.home().is_dir():
        return []
    elsewhere = (places.keys_folder(), places.heads_folder(), *(folder() for folder in FOLDERS.values()))
    return sorted(
        path.name for path in places.home().iterdir()
        if path.name not in LEFT_OUT
        and not path.name.startswith(ASIDE)
        and not path.name.endswith(BESIDE)
        and path.resolve() not in elsewhere
    )


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        is_part = any(piece.startswith(".") for piece in inside.parts)
        if path.is_file() and not path.is_symlink() and not is_part:
            yield f"{name}/{inside.as_posix()}", path
