"""Commands without the second that each start costs: forked from a process that has read the program already.

Each is a process of its own, with its own settings, files, exit code and end, as after `python -m …`; only reading
the program and setting up its apps was done before. What must be proven of the start itself goes by `subprocess`.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module, reload
from pathlib import Path
from pkgutil import iter_modules
from runpy import run_module
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
DOOR = "door"
SETTINGS = "tongxin.config.settings"
# What each command took of a processor, with what it started.
SECONDS: list[tuple[float, str]] = []


def run(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, umask: int = 0o022
) -> subprocess.CompletedProcess[str]:
    """What `python WORDS…` says (`-m module …` or `-c program …`), and its exit code (minus a signal)."""
    with tempfile.TemporaryDirectory(prefix="tongxin-said-") as folder, socket.socket(socket.AF_UNIX) as line:
        said, complained = Path(folder) / "out", Path(folder) / "err"
        line.connect(str(_nest() / DOOR))
        asked = {
            "words": list(words), "env": dict(env), "cwd": str(cwd or REPOSITORY), "umask": umask, "out": str(said),
            "err": str(complained),
        }
        line.sendall(json.dumps(asked).encode() + b"\n")
        answer = line.makefile().readline()
        assert answer, "the process that commands are forked from is gone"
        code, took = answer.split()
        SECONDS.append((float(took), " ".join(words[1:4])))
        return subprocess.CompletedProcess(
            list(words), int(code), said.read_text(encoding="utf-8"), complained.read_text(encoding="utf-8")
        )


@lru_cache(maxsize=1)
def _nest() -> Path:
    """The folder with the door of this test process's own; it ends when the test process does."""
    folder = Path(tempfile.mkdtemp(prefix="tongxin-nest-"))
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
    environment = {
        **bare, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}", "DJANGO_SETTINGS_MODULE": SETTINGS,
        "TONGXIN_HOME": str(folder / "nothing"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", str(folder / DOOR)], env=environment, cwd=REPOSITORY,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    atexit.register(_leave, process, folder)
    assert process.stdout is not None and process.stdout.readline(), "the process to fork from did not start"
    return folder


def _leave(process: subprocess.Popen[bytes], folder: Path) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=60)
    shutil.rmtree(folder, ignore_errors=True)


def main(door: str) -> None:
    """Fork for whoever asks, until the test process is gone."""
    _read_ahead()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(door)
        server.listen(16)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            heard, _, _ = select.select([server, sys.stdin], [], [])
            if sys.stdin in heard:
                os._exit(0)
            line, _ = server.accept()
            if not os.fork():
                server.close()
                _attend(line)
            line.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    continue


def _read_ahead() -> None:
    import django
    from django.db.migrations.loader import MigrationLoader

    django.setup()
    commands = import_module("tongxin.commands")
    for each in iter_modules(commands.__path__, "tongxin.commands."):
        import_module(each.name)
    for name in ("tongxin.web.urls", "tests.flows.story", "tests.documents.files"):
        import_module(name)
    MigrationLoader(None, ignore_no_migrations=True)
    import_module("tests.world").library()
    gc.collect()
    gc.freeze()


def _attend(line: socket.socket) -> None:
    """One command, waited for by a process that tells how it ended."""
    asked = json.loads(line.makefile().readline())
    command = os.fork()
    if not command:
        line.close()
        _be(asked)
    _, status, used = os.wait4(command, 0)
    with contextlib.suppress(OSError):
        line.sendall(f"{os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime}\n".encode())
    os._exit(0)


def _be(asked: dict[str, Any]) -> None:
    """Be that command, to its end."""
    code = 1
    try:
        _enter(asked)
        code = _ended(asked["words"])
        # As at the end of any process.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def _enter(asked: dict[str, Any]) -> None:
    for number, (file, how) in enumerate((
        (os.devnull, os.O_RDONLY), (asked["out"], os.O_WRONLY | os.O_CREAT), (asked["err"], os.O_WRONLY | os.O_CREAT)
    )):
        handle = os.open(file, how, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    os.umask(asked["umask"])
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    tempfile.tempdir = None
    _set_up_anew()


def _set_up_anew() -> None:
    """The settings as they follow from this process's environment, and no connection yet."""
    from asgiref.local import Local
    from django.conf import settings
    from django.db import connections

    module = reload(import_module(SETTINGS))
    for name in filter(str.isupper, dir(module)):
        setattr(settings, name, getattr(module, name))
    connections.__dict__.pop("settings", None)
    connections._settings = None
    connections._connections = Local(connections.thread_critical)


def _ended(words: list[str]) -> int:
    kind, name, *rest = words
    sys.argv = [name if kind == "-m" else kind, *rest]
    try:
        if kind == "-m":
            sys.modules.pop(f"{name}.__main__" if name == "tongxin" else name, None)
            run_module(name, run_name="__main__", alter_sys=True)
        else:
            exec(compile(name, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main(sys.argv[1])
