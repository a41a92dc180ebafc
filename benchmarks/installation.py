"""An installation with a county of children, prepared once, kept, and copied for each run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import cluster, rosters
from benchmarks.cluster import Cluster

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "bench"
# The roster comes in on a Monday morning; the pages are measured on the day after.
IMPORTED, MEASURED = "2026-03-02T09:00", "2026-03-03T09:00"
MADE_OF = ("benchmarks/names.py", "benchmarks/rosters.py", "benchmarks/lives.py", "benchmarks/installation.py")


@dataclass(frozen=True)
class Installation:
    """A data folder and its database."""

    folder: Path
    server: Cluster | None = None
    name: str = ""

    def environment(self, moment: str, user: str = cluster.OWNER) -> dict[str, str]:
        """What a process of this installation sees; its clock starts at `moment`."""
        variables = {"TONGXIN_HOME": str(self.folder), "TONGXIN_CLOCK_START": moment}
        variables["TONGXIN_DATABASE"] = self.server.url(self.name, user) if self.server else "sqlite"
        if self.server:
            variables["TONGXIN_KEYS_DATABASE"] = self.server.url(f"{self.name}_keys", user)
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        settings = {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "tongxin.config.settings"}
        return {**os.environ, **variables, **settings}

    def run(self, *module: str, moment: str = IMPORTED) -> None:
        """Run a module of Python in this installation."""
        command = [sys.executable, "-m", *module]
        subprocess.run(command, check=True, env=self.environment(moment), cwd=ROOT, stdout=sys.stderr)

    def restart_clock(self) -> None:
        """The next process to ask begins at its moment again, whenever that is."""
        (self.folder / "clock.json").unlink(missing_ok=True)

    def known(self) -> Mapping[str, Any]:
        """Logins, children and names to ask for."""
        found: Mapping[str, Any] = json.loads((self.folder / "known.json").read_text(encoding="utf-8"))
        return found


@contextmanager
def installed(database: str, children: int) -> Iterator[Installation]:
    """A fresh copy of the prepared installation."""
    if database == "sqlite":
        yield _copied(_prepared(database, children, None))
        return
    with cluster.running(KEPT / "postgresql") as server:
        yield _copied(_prepared(database, children, server))


def _prepared(database: str, children: int, server: Cluster | None) -> Installation:
    name = f"{database}_{children}_{_fingerprint()}"
    found = Installation(KEPT / name, server, name)
    if not (found.folder / "known.json").is_file():
        print(f"preparing {children:,} children in {found.folder.relative_to(ROOT)}", file=sys.stderr)
        shutil.rmtree(found.folder, ignore_errors=True)
        _prepare(found, children)
    return found


def _prepare(place: Installation, children: int) -> None:
    place.folder.mkdir(parents=True)
    if place.server:
        for each in (place.name, f"{place.name}_keys"):
            place.server.sql(f'DROP DATABASE IF EXISTS "{each}"')
            place.server.sql(f'CREATE DATABASE "{each}"')
    roster = rosters.write(place.folder / "roster.csv", children)
    for command in ("keys create", "database prepare", "definitions adopt", f"divisions load {rosters.COUNTY}"):
        place.run("tongxin", *command.split())
    place.run("benchmarks.lives", "staff")
    place.run("tongxin", "roster", "import", str(roster), "--county", rosters.COUNTY)
    place.run("benchmarks.lives", str(place.folder))
    place.restart_clock()
    place.run("tongxin", "worker", "--once", moment=MEASURED)
    if place.server:
        for each in (place.name, f"{place.name}_keys"):
            place.server.sql("VACUUM ANALYZE", each)


def _copied(kept: Installation) -> Installation:
    running = Installation(KEPT / "running", kept.server, "running")
    shutil.rmtree(running.folder, ignore_errors=True)
    shutil.copytree(kept.folder, running.folder)
    if kept.server:
        for end in ("", "_keys"):
            kept.server.copy(f"{kept.name}{end}", f"{running.name}{end}")
    running.restart_clock()
    running.run("tongxin", "database", "prepare", moment=MEASURED)
    running.run("tongxin", "definitions", "adopt", moment=MEASURED)
    return running


def _fingerprint() -> str:
    """Whatever decides what the prepared installation holds; later migrations are run on the copy."""
    files = [ROOT / name for name in MADE_OF]
    files += sorted((ROOT / "src").glob("tongxin/*/migrations/0001_*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
