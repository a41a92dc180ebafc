"""A real Spark cluster on this machine: a standalone master and workers, on the loopback alone."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 60


@contextmanager
def cluster(folder: Path, *, workers: int = 2, cores: int = 1, memory: str = "1g") -> Iterator[str]:
    """The address of the master; everything it started is gone afterwards."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port = _free_port()
    master = f"spark://{HOST}:{port}"
    settings = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_LOCAL_DIRS": str(folder / "local"), "SPARK_SCALA_VERSION": "2.13",
    }
    start = ["java", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", str(home / "jars/*")]
    role = "org.apache.spark.deploy."
    commands = [[*start, f"{role}master.Master", "--host", HOST, "--port", str(port), "--webui-port", "0"]]
    size = ["-c", str(cores), "-m", memory, "--host", HOST, "--webui-port", "0"]
    commands += [[*start, f"{role}worker.Worker", *size, master]] * workers
    log = folder / "cluster.log"
    running: list[subprocess.Popen[bytes]] = []
    try:
        with log.open("ab") as told:
            for command in commands:
                running.append(subprocess.Popen(command, env=settings, stdout=told, stderr=told))
        _wait(log, workers, running)
        yield master
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def _wait(log: Path, workers: int, running: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE
    while log.read_text(errors="replace").count("Registering worker") < workers:
        if time.monotonic() > until or any(process.poll() is not None for process in running):
            raise RuntimeError(log.read_text(errors="replace")[-2000:])
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
