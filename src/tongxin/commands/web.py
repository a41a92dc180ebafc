"""`tongxin web`: the web server alone, for a machine whose own manager starts and watches each process."""

import os
import sys

from tongxin.commands.serve import refuse_busy, refuse_outdated, refuse_without_keys, web_command
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Become the web server; comes back only when it could not start."""
    parser = Parser(prog="tongxin web", description="只启动网站（后台另行启动）")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只限本机")
    parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
    parser.add_argument("--workers", type=int, default=2, help="网站进程数，默认 2")
    options = parser.parse_args(argv)
    refuse_without_keys()
    refuse_outdated()
    refuse_busy(options.host, options.port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    command = web_command(host=options.host, port=options.port, workers=options.workers)
    os.execv(sys.executable, command)  # noqa: S606
    return 1
