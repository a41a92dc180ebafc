"""What reading 25 sealed names adds to a list, on PostgreSQL: `python -m benchmarks.sealed_names [--times 400]`.

Whole: the look written down and committed, keys fetched and unwrapped, names opened. One process, durable commits.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import cluster
from benchmarks.targets import at_most, verdict

ROOT = Path(__file__).resolve().parents[1]
CHILDREN, TOGETHER, WANTED_MS = 5_000, 25, 5.0


def main() -> int:
    """The exit code: 1 when the target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=400)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return measure(options.times)
    folder = Path(tempfile.mkdtemp(prefix="tongxin-names-"))
    folder.chmod(0o755)
    try:
        with cluster.running(folder / "server") as server:
            for name in ("names", "names_keys"):
                server.sql(f"CREATE DATABASE {name}")
            environment = {
                **os.environ, "TONGXIN_HOME": str(folder / "home"), "TONGXIN_DATABASE": server.url("names"),
                "TONGXIN_KEYS_DATABASE": server.url("names_keys"), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
                "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
            }
            words: list[list[str]] = [
                ["tongxin", "keys", "create"], ["tongxin", "database", "prepare"],
                ["benchmarks.sealed_names", "--inside", "--times", str(options.times)],
            ]
            return [_ran(each, environment) for each in words][-1]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ran(words: list[str], environment: dict[str, str]) -> int:
    return subprocess.run([sys.executable, "-m", *words], env=environment, check=False).returncode


def measure(times: int) -> int:
    """In an installation: children made, then lists of them read with and without their names."""
    import django

    django.setup()
    import random
    from types import SimpleNamespace
    from uuid import uuid4

    from django.db import connections

    from benchmarks.names import name
    from tongxin import vault
    from tongxin.lib import bulk, clock, ids
    from tongxin.people.models import Child
    from tongxin.vault.keys import Keyring

    at, chance = clock.now(), random.Random(25)
    children = [Child(id=ids.new_id(), file_no=f"B{number:06d}", created_at=at) for number in range(CHILDREN)]
    ring = vault.create_keys([child.key_owner for child in children], at=at)
    vault.put_many([(child, {"name": name(chance)}) for child in children], keyring=ring)
    bulk.store(children)
    viewer = SimpleNamespace(person_id=uuid4(), post_id=uuid4())
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("ANALYZE")
    chosen = [chance.sample(children, TOGETHER) for _ in range(times + 50)]

    def listed(some: list[Child]) -> list[Child]:
        return list(Child.objects.filter(id__in=[child.id for child in some]))

    def keys_only(some: list[Child]) -> None:
        ring = Keyring(child.key_owner for child in some)
        for child in some:
            ring[child.key_owner]

    def names(some: list[Child]) -> None:
        opened = vault.open([child.name for child in some], viewer=viewer, purpose="list", at=at, route="bench")
        assert all(opened)

    steps: dict[str, Callable[[list[Child]], object]] = {
        "the list itself": listed, "keys fetched and unwrapped": keys_only, "25 names, with the look": names,
    }
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    medians = {}
    for what, step in steps.items():
        taken = []
        for number, some in enumerate(chosen):
            rows = listed(some) if step is not listed else some
            since = time.perf_counter()
            step(rows)
            if number >= 50:
                taken.append((time.perf_counter() - since) * 1000)
        taken.sort()
        medians[what] = statistics.median(taken)
        print(f"{what:<30} median {medians[what]:.2f} ms  p95 {taken[len(taken) * 95 // 100]:.2f} ms", flush=True)
    return verdict(at_most("reading 25 sealed names", medians["25 names, with the look"], WANTED_MS, "ms"))


if __name__ == "__main__":
    sys.exit(main())
