"""Dashboards of a generated nation: counted over 31 exports, then opened from 全国 down to a village's page.

Run with `python -m benchmarks.dashboards_nation [share] [folder]`: the facts of `benchmarks.indicators_nation`, one
export for each province, counted by `tongxin dashboards count` in an installation without any child, and pages opened.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from benchmarks.indicators_nation import generate
from benchmarks.targets import at_most, verdict

ROOT = Path(__file__).resolve().parents[1]
CLOCK, YEAR = "2025-12-31T09:00", 2025
PEAK, P95, TIMES = 12_288, 300, 12


def main(share: float = 1.0, folder: str = "") -> int:
    """Print what each part took; 1 when it is too large or a page too slow."""
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {load:.1f}", flush=True)
    base = Path(folder or tempfile.mkdtemp(dir=os.environ.get("BENCH_FOLDER")))
    home = base / "home"
    environment = {
        **os.environ, "TONGXIN_HOME": str(home), "TONGXIN_CLOCK_START": CLOCK, "TONGXIN_DATABASE": "sqlite",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
    }
    try:
        if not (base / "facts").exists():
            since = time.perf_counter()
            rows = generate(base / "facts", share)
            print(f"generated {rows:,} records in {time.perf_counter() - since:.0f} s", flush=True)
        exports = _by_province(base / "facts", base / "exports")
        for command in (("keys", "create"), ("database", "prepare")):
            _run(environment, "tongxin", *command)
        _run(environment, "benchmarks.dashboards_nation", "prepare", str(base / "exports"))
        command = [sys.executable, "-m", "tongxin", "dashboards", "count", *map(str, exports), "--year", str(YEAR)]
        since, process = time.perf_counter(), subprocess.Popen(command, env=environment, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        seconds, peak = time.perf_counter() - since, used.ru_maxrss / 1024
        print(f"counted in {seconds:.0f} s, peak {peak:.0f} MB, load {os.getloadavg()[0]:.1f}", flush=True)
        if status:
            return 1
        opened = subprocess.run(
            [sys.executable, "-m", "benchmarks.dashboards_nation", "open"], env=environment, cwd=ROOT, check=True,
            stdout=subprocess.PIPE, text=True,
        ).stdout
    finally:
        if not folder:
            shutil.rmtree(base, ignore_errors=True)
    print(opened)
    worst = float(opened.split()[-1])
    return verdict([*at_most("peak memory", peak, PEAK, "MB"), *at_most("page p95", worst, P95, "ms")])


def _run(environment: Mapping[str, str], *module: str) -> None:
    subprocess.run([sys.executable, "-m", *module], env=environment, cwd=ROOT, check=True, stdout=sys.stderr)


def _by_province(facts: Path, to: Path) -> list[Path]:
    """A folder for each province, as it would come from there."""
    for part in sorted(facts.glob("*/part=*")):
        folder = to / part.name.partition("=")[2]
        if part.parent.name == "places":
            folder.mkdir(parents=True, exist_ok=True)
            for file in part.iterdir():
                file.rename(folder / file.name)
        else:
            (folder / part.parent.name).mkdir(parents=True, exist_ok=True)
            part.rename(folder / part.parent.name / part.name)
    return sorted(to.iterdir())


def prepare(folder: str) -> None:
    """Rules and a post of the nation; what each export says of itself."""
    import json

    import django

    django.setup()
    import pyarrow.parquet as pq

    from tongxin.accounts.viewers import WORKER
    from tongxin.demo import nation_desk
    from tongxin.indicators import about
    from tongxin.indicators.export import EXPORTED
    from tongxin.lib import clock
    from tongxin.rulebook.adoption import adopt_folder

    now: datetime = clock.now()
    adopt_folder(actor=WORKER, at=now)
    nation_desk.open_desk(at=now)
    for each in sorted(Path(folder).iterdir()):
        rows = {name: sum(pq.read_metadata(path).num_rows for path in (each / name).glob("*/*")) for name in EXPORTED}
        about.write(each, rows, at=now)
        said = json.loads((each / about.FILE).read_text(encoding="utf-8"))
        (each / about.FILE).write_text(json.dumps({**said, "installation": each.name}), encoding="utf-8")


def opened() -> None:
    """Print how long pages take at each level, the slowest p95 last."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from tongxin.accounts.models import LEVELS, Division, Person
    from tongxin.dashboards.models import Told

    settings.ALLOWED_HOSTS = ["*"]
    browser = Client()
    browser.force_login(Person.objects.get(login="nation"))
    print(f"{Told.objects.count():,} places")
    worst = 0.0
    for level in ("nation", *LEVELS):
        codes = Division.objects.filter(level=level).order_by("code").values_list("code", flat=True)[:TIMES]
        spent = []
        for code in [*codes, *codes][: TIMES + 1]:
            since = time.perf_counter()
            answer = browser.get("/dashboard/", {"place": code, "year": str(YEAR)})
            spent.append((time.perf_counter() - since) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{level} {code}: {answer.status_code}")
        spent = spent[1:] or spent
        p95 = sorted(spent)[max(0, round(len(spent) * 0.95) - 1)]
        worst = max(worst, p95)
        print(f"{level:9} median {statistics.median(spent):6.0f} ms   p95 {p95:6.0f} ms   {len(spent)} pages")
    print(f"slowest p95 {worst:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["prepare"]:
        prepare(sys.argv[2])
    elif sys.argv[1:2] == ["open"]:
        opened()
    else:
        sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0, sys.argv[2] if len(sys.argv) > 2 else ""))
