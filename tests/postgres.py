"""A throw-away PostgreSQL for tests: `start_cluster(folder)` or `python -m tests.postgres FOLDER`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CONNINFO = "TONGXIN_TEST_POSTGRES"


def start_cluster(folder: Path) -> str:
    """A libpq connection string to a fresh cluster in `folder`, reachable by a socket only.

    PostgreSQL refuses to run as root, so root hands the folder to the user `postgres`.
    """
    data = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    _run("initdb", "-D", data, "-U", "tongxin", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
    settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    _run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start")
    return f"host={folder} user=tongxin dbname=postgres"


def stop_cluster(folder: Path) -> None:
    """Stops the cluster of `folder` and removes it."""
    _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def new_folder() -> Path:
    """A folder with a path short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="tongxin-pg-"))
    folder.chmod(0o755)
    return folder


def _run(name: str, *arguments: object) -> None:
    command = [program(name), *(str(each) for each in arguments)]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stdout.decode(errors='replace')}")


def program(name: str) -> str:
    """Where a program of PostgreSQL lies, in the path or in the newest version's own folder."""
    if found := shutil.which(name):
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not versions:
        raise RuntimeError(f"PostgreSQL is not installed ({name} not found): apt-get install postgresql")
    return str(versions[-1])


if __name__ == "__main__":
    print(start_cluster(Path(sys.argv[1]) if len(sys.argv) > 1 else new_folder()))  # noqa: T201
