"""How long dashboards take in a province: `python -m benchmarks.dashboard [--children 23585] [--times 40] [--home F]`.

Builds a province of made children (or takes a folder with one), counts the running year as the worker does by night,
then opens the dashboard of a province's, a city's, a county's and a town's post at their own place and one below.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WANTED_MS = 300.0
CLOCK = "2027-12-29T09:00"


def main(argv: list[str]) -> int:
    """0 when 95 of 100 pages come in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=None)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--home", type=Path, default=None, help="a folder in which demo-province has prepared")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.inside:
        return _measure(asked.times)
    with tempfile.TemporaryDirectory(prefix="tongxin-dashboard-") as passing:
        home = asked.home or Path(passing) / "home"
        environment = {
            **os.environ, "TONGXIN_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "TONGXIN_CLOCK_START": CLOCK, "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        }
        if asked.home is None:
            wanted = ["--children", str(asked.children)] if asked.children else []
            built = [sys.executable, "-m", "tongxin", "demo-province", "--prepare-only", *wanted]
            subprocess.run(built, check=True, env=environment, cwd=ROOT)
        inside = [sys.executable, "-m", "benchmarks.dashboard", "--inside", "--times", str(asked.times)]
        return subprocess.run(inside, check=False, env=environment, cwd=ROOT).returncode


def _measure(times: int) -> int:
    import django

    django.setup()
    from django.conf import settings

    from tongxin.cases.models import Case
    from tongxin.dashboards.live import count_year
    from tongxin.dashboards.models import Told
    from tongxin.lib import clock

    settings.ALLOWED_HOSTS = ["*"]
    now = clock.now()
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}")
    since = time.perf_counter()
    made = count_year(now.year, region="", at=now)
    took = time.perf_counter() - since
    rows = Told.objects.filter(count=made).count()
    print(f"{Case.objects.count():,} children, {rows:,} places, counted in {took:.1f} s")
    worst = 0.0
    for level in ("province", "city", "county", "town"):
        spent = _opened(level, times)
        if spent:
            p95 = sorted(spent)[max(0, round(len(spent) * 0.95) - 1)]
            worst = max(worst, p95)
            print(f"{level:9} median {statistics.median(spent):6.0f} ms   p95 {p95:6.0f} ms   {len(spent)} pages")
    return 0 if worst <= WANTED_MS else 1


def _opened(level: str, times: int) -> list[float]:
    """Milliseconds of each page, the first left out: it warms up."""
    from django.test import Client

    from tongxin.accounts.models import Division, Holding
    from tongxin.dashboards.rules import dashboards_in
    from tongxin.lib import clock

    roles = [role for board in dashboards_in(at=clock.now()).boards for role in board.roles]
    held = Holding.objects.filter(to_at__isnull=True, post__role__in=roles, post__division__level=level)
    holding = held.select_related("post__division", "person").order_by("post__division__code").first()
    if holding is None:
        return []
    browser = Client()
    browser.force_login(holding.person)
    below = Division.objects.filter(parent=holding.post.division, valid_to__isnull=True).order_by("code")[:4]
    urls = ["/dashboard/", *(f"/dashboard/?place={each.code}" for each in below)]
    spent = []
    for number in range(times + 1):
        since = time.perf_counter()
        answer = browser.get(urls[number % len(urls)])
        if answer.status_code != 200:
            print(f"{level}: {urls[number % len(urls)]} answered {answer.status_code}")
            return []
        if number:
            spent.append((time.perf_counter() - since) * 1000)
    return spent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
