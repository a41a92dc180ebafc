"""`tongxin ledger verify` over many rows on PostgreSQL: `python -m benchmarks.ledger_verify --rows 1000000`.

Three fifths are entries of 300 sealed bytes, the rest events; rows are made by the database and sealed by the sealer.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import cluster
from benchmarks.targets import at_most, verdict

ROOT = Path(__file__).resolve().parents[1]
WANTED_SECONDS, WANTED_ROWS = 30.0, 10_000_000
PER_SUBJECT = 20
# As the program makes them: the moment first, so that neighbours in time are neighbours in the index.
ID = "(lpad(to_hex(1760000000000 + n), 12, '0') || '7' || substr(md5('{0}' || n), 1, 19))::uuid"
MADE = """
    INSERT INTO ledger_subject (id, kind, seq)
        SELECT md5('s' || n)::uuid, 'child', {per} FROM generate_series(1, {subjects}) n;
    INSERT INTO ledger_entry (id, subject_id, subject_seq, kind, form_hash, occurred_at, recorded_at, person_id,
        post_id, device, correction_kind, clear, sealed, key_id, digest)
        SELECT {entry}, md5('s' || ((n - 1) / {per} + 1))::uuid, (n - 1) % {per} + 1, 'visit',
            repeat('f', 64), now() - n * interval '1 second', now(), md5('p' || n % 50)::uuid,
            md5('q' || n % 50)::uuid, '', '',
            '{{"form":"visit_record","mood":"low"}}', decode(repeat(md5('x' || n), 19), 'hex'), md5('k' || n)::uuid,
            decode(md5('d' || n) || md5('c' || n), 'hex')
        FROM generate_series(1, {entries}) n;
    INSERT INTO ledger_event (id, kind, subject_id, entry_id, person_id, post_id, at, clear, digest, is_fact)
        SELECT {event}, 'visit.recorded', md5('s' || n % {subjects} + 1)::uuid, NULL,
            md5('p' || n % 50)::uuid, md5('q' || n % 50)::uuid, now(), '{{"level":"low"}}',
            decode(md5('g' || n) || md5('h' || n), 'hex'), true
        FROM generate_series(1, {events}) n;
"""
SEAL = """
from tongxin.lib.start import start
start(makes_keys=False)
from tongxin import ledger
from tongxin.lib import clock
while ledger.seal_new(now=clock.now()):
    pass
"""


def main() -> int:
    """The exit code: 1 when so many rows would take longer than wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tongxin-ledger-"))
    folder.chmod(0o755)
    try:
        with cluster.running(folder / "server") as server:
            return _measured(server, folder, options.rows, options.times)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(server: cluster.Cluster, folder: Path, rows: int, times: int) -> int:
    for name in ("ledger", "ledger_keys"):
        server.sql(f"CREATE DATABASE {name}")
    environment = {
        **os.environ, "TONGXIN_HOME": str(folder / "home"), "TONGXIN_DATABASE": server.url("ledger"),
        "TONGXIN_KEYS_DATABASE": server.url("ledger_keys"), "PYTHONPATH": str(ROOT / "src"),
    }

    def run(*words: str) -> float:
        began = time.monotonic()
        subprocess.run([sys.executable, *words], check=True, env=environment, stdout=sys.stderr)
        return time.monotonic() - began

    run("-m", "tongxin", "keys", "create")
    run("-m", "tongxin", "database", "prepare")
    entries = rows * 3 // 5 // PER_SUBJECT * PER_SUBJECT
    subjects = entries // PER_SUBJECT
    made = MADE.format(
        per=PER_SUBJECT, subjects=subjects, entries=entries, events=rows - entries,
        entry=ID.format("e"), event=ID.format("v"),
    )
    server.sql(made, "ledger")
    print(f"sealed {rows:,} rows in {run('-c', SEAL):.1f} s", flush=True)
    server.sql("VACUUM ANALYZE", "ledger")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    found = sorted(run("-m", "tongxin", "ledger", "verify") for _ in range(times))
    seconds = found[len(found) // 2]
    for_all = seconds * WANTED_ROWS / rows
    print(f"ledger verify: {seconds:.1f} s ({found[0]:.1f}–{found[-1]:.1f}), {rows / seconds:,.0f} rows/s;"
          f" {WANTED_ROWS:,} rows: {for_all:.0f} s by this rate")
    return verdict(at_most("ledger verify of 10 million rows", for_all, WANTED_SECONDS, "s"))


if __name__ == "__main__":
    sys.exit(main())
