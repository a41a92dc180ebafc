"""What reads bytes from outside, under a fuzzer: `python -m tests.soak.parsers NAME SECONDS SEED FOLDER`.

Anything but the reader's own refusal ends the run with the bytes that did it.
"""

import gzip
import json
import os
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import atheris

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.core.exceptions import RequestDataTooBig  # noqa: E402

with atheris.instrument_imports(include=["tongxin"]):
    from tongxin.core import forms
    from tongxin.core.language.errors import DefinitionError
    from tongxin.flows import arriving_reading
    from tongxin.intake.reading import RosterError, open_roster
    from tongxin.lib import ids, strict_yaml
    from tongxin.lib.definitions import DefinitionFault
    from tongxin.web.field.api import unpacked

ROOT = Path(__file__).resolve().parents[2]
MOST = 2**22
SAMPLES = ROOT / "tests" / "data" / "rosters"


def roster(content: bytes) -> None:
    """A file that somebody uploads as a roster."""
    with suppress(RosterError):
        list(open_roster(content, name="a.xlsx", county="370116").rows(today=date(2025, 9, 1)))


def definition(content: bytes) -> None:
    """A definition that an installation adopts or a county sends."""
    with suppress(DefinitionError, DefinitionFault):
        forms.read(strict_yaml.parse(content.decode("utf-8", "replace"), file="form.yaml").content)


def envelope(content: bytes) -> None:
    """What a phone sends in one batch."""
    with suppress(RequestDataTooBig, EOFError, zlib.error):
        content = unpacked(content, MOST)
    with suppress(ValueError, RecursionError):
        batch = json.loads(content)
        entries = batch.get("entries") if isinstance(batch, dict) else None
        for sent in entries if isinstance(entries, list) else ():
            if isinstance(sent, dict):
                arriving_reading.read(sent, otherwise=ids.new_id)


TARGETS: dict[str, Callable[[bytes], None]] = {"roster": roster, "definition": definition, "envelope": envelope}


def beginnings(name: str) -> list[bytes]:
    """Good bytes from which the fuzzer sets out."""
    if name == "roster":
        return [path.read_bytes() for path in sorted(SAMPLES.glob("small.*"))]
    if name == "definition":
        return [path.read_bytes() for path in sorted((ROOT / "definitions" / "forms").glob("*/form.yaml"))[:12]]
    batch = json.dumps({"app": "1.0", "now": "2025-09-01T09:00:00+08:00", "entries": [{"id": "1", "form": "visit"}]})
    return [batch.encode(), gzip.compress(batch.encode(), mtime=0)]


def main(name: str, seconds: str, seed: str, folder: str) -> None:
    """Fuzz one reader for so many seconds; atheris says on standard error how many runs that were."""
    corpus = Path(folder)
    for number, content in enumerate(beginnings(name)):
        (corpus / str(number)).write_bytes(content)
    arguments = [sys.argv[0], f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=65536", folder]
    atheris.Setup(arguments, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
