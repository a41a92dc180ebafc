"""`tongxin serve`: web server, worker and long jobs, one tree of processes that starts and stops together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from tongxin.lib import secrets
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.lib.start import start

# A slow or busy machine may take minutes; one whose process has ended is not waited for.
PATIENCE = 300.0


def main(argv: list[str]) -> int:
    """Serve until told to stop; 1 when one of the processes ended by itself."""
    parser = Parser(prog="tongxin serve", description="启动网站与后台")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只限本机")
    parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
    parser.add_argument("--workers", type=int, default=2, help="网站进程数，默认 2")
    options = parser.parse_args(argv)
    refuse_without_keys()
    refuse_outdated()
    return serve(host=options.host, port=options.port, workers=options.workers)


def serve(*, host: str, port: int, workers: int, when_ready: Callable[[], None] = lambda: None) -> int:
    """Start them all, say when pages can be opened, and wait."""
    refuse_busy(host, port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    python = [sys.executable, "-m"]
    processes = [
        subprocess.Popen(web_command(host=host, port=port, workers=workers)),  # noqa: S603
        subprocess.Popen([*python, "tongxin", "worker"]),  # noqa: S603
        subprocess.Popen([*python, "tongxin", "jobs"]),  # noqa: S603
    ]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        if _is_up(host, port, lambda: stop.is_set() or any(process.poll() is not None for process in processes)):
            when_ready()
        while not stop.wait(0.5):
            if any(process.poll() is not None for process in processes):
                print("网站或后台自行停止了，全部已停。数据没有丢失，可以重新启动。", file=sys.stderr)
                return 1
        return 0
    finally:
        _end(processes)


def web_command(*, host: str, port: int, workers: int) -> list[str]:
    """How the web server is started."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "2", "--no-log", "tongxin.config.wsgi:application",
    ]


def refuse_without_keys() -> None:
    """Say what to do first on a new machine."""
    if not secrets.exist():
        raise Fault("没有密钥文件，没有启动。首次使用请先运行 tongxin keys create 和 tongxin database prepare。")


def refuse_outdated() -> None:
    """Say what to do first after an upgrade, before any process is started."""
    start(makes_keys=False)
    # Only now: before the settings are loaded there are no databases to ask.
    from tongxin.flows import preparation

    preparation.refuse_outdated()


def refuse_busy(host: str, port: int) -> None:
    """Say so when another program has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Fault(
                f"{host}:{port} 已被占用（可能已经启动了一个），没有启动。"
                f"请先停掉它，或换一个端口：make demo PORT={port + 1}"
            ) from None


def _is_up(host: str, port: int, is_over: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not is_over():
        try:
            socket.create_connection((host, port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
