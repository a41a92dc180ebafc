"""Where things lie: the data folder, the keys, the definitions, the browser files."""

import os
from functools import lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# Names another folder of browser files than the one that came with the program.
PWA = "TONGXIN_PWA"


def _folder(variable: str, otherwise: Path) -> Path:
    named = os.environ.get(variable, "")
    return _resolved(named) if named else otherwise


@lru_cache(maxsize=64)
def _resolved(named: str) -> Path:
    return Path(named).expanduser().resolve()


def home() -> Path:
    """The data folder: databases, exported heads, the clock's start."""
    return _folder("TONGXIN_HOME", REPOSITORY / "var")


def keys_folder() -> Path:
    """The folder of key files; a server names one outside the data folder."""
    return _folder("TONGXIN_KEYS", home() / "keys")


def heads_folder() -> Path:
    """Where signed ledger heads are exported to; best on a medium that another office keeps."""
    return _folder("TONGXIN_HEADS", home() / "heads")


def attachments_folder() -> Path:
    """Where the sealed bytes of attachments lie; a backup holds it beside the database."""
    return _folder("TONGXIN_ATTACHMENTS", home() / "attachments")


def exports_folder() -> Path:
    """Where the sealed books of exports lie until their last day; no backup needs them."""
    return _folder("TONGXIN_EXPORTS", home() / "exports")


def fonts_folder() -> Path:
    """Fonts that an office adds for characters the program's own don't have, such as those of rare names."""
    return _folder("TONGXIN_FONTS", home() / "fonts")


def definitions_folder() -> Path:
    """The rules as data."""
    return _folder("TONGXIN_DEFINITIONS", REPOSITORY / "definitions")


def definition_keys_file() -> Path:
    """The public keys whose bundles of definitions are adopted here, one a line."""
    return _folder("TONGXIN_DEFINITION_KEYS", home() / "definition-keys.txt")


def pwa_folder() -> Path:
    """The browser modules, served below /static/pwa/."""
    return _folder(PWA, REPOSITORY / "pwa")


def manual_folder() -> Path:
    """The manual: a page a role, with its pictures."""
    return _folder("TONGXIN_MANUAL", REPOSITORY / "docs" / "manual")
