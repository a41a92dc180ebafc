"""What a staged backup proves, asked in a process of its own whose settings point at the staged databases."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from os import environ

from tongxin.backups.restoring import Staged
from tongxin.keeping import outside
from tongxin.lib import places
from tongxin.lib.faults import Fault
from tongxin.rights import shelf
from tongxin.vault import destructions

SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Proven:
    """One thing that was looked at, in words; `state` is ok, note or failure."""

    state: str
    zh: str


def prove(staged: Staged, *, sample: int | None, is_final: bool) -> list[Proven]:
    """Everything asked of a staged backup; `is_final` also settles what the installation in use will need."""
    destructions.save(staged.folder / "heads" / destructions.NAME, staged.known)
    shelf.save(staged.folder / "heads" / shelf.NAME, staged.turns)
    outside.save(staged.folder / "heads" / outside.NAME, staged.kept)
    request = {
        "main": asdict(staged.main), "keys": asdict(staged.keys), "sample": sample, "is_final": is_final,
        "heads": str(places.heads_folder()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tongxin.backups.asking"], input=json.dumps(request), text=True,
        env={**environ, **staged.environment()}, check=False, capture_output=True,
    )
    try:
        return [Proven(**each) for each in json.loads(done.stdout)]
    except (ValueError, TypeError):
        raise Fault("展开的备份检查不了，没有作任何改动。请运行 tongxin doctor，并换一份备份。") from None
