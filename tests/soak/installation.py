"""An installation of its own in a temporary folder, whose processes may be killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Installation:
    """A data folder, and what was started on it."""

    home: Path
    started: list[subprocess.Popen[Any]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("TONGXIN_")}
        return {
            **bare, "TONGXIN_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            [sys.executable, "-m", *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )

    def code(self, text: str, *words: str) -> str:
        """What a few lines of Python print within this installation."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{text}", *words], env=self.environment, cwd=ROOT,
            capture_output=True, text=True, check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str, out: Path | None = None) -> subprocess.Popen[Any]:
        """A process that goes on beside."""
        with (out or self.home.with_suffix(".log")).open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", *words], env=self.environment, cwd=ROOT, stdout=stream,
                stderr=subprocess.DEVNULL if out else stream, start_new_session=True,
            )
        self.started.append(process)
        return process

    def end(self) -> None:
        """Everything that was started, with what that started in turn."""
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.started.clear()
