"""`tongxin jobs`: long work that somebody started on a page, such as importing a large roster."""

from django.core.management import call_command

from tongxin.flows import preparation
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Work until told to stop; with --once, until nothing is left to do."""
    parser = Parser(prog="tongxin jobs", description="启动导入等长任务的后台")
    parser.add_argument("--once", action="store_true", help="做完眼下的事就结束")
    options = parser.parse_args(argv)
    preparation.refuse_outdated()
    call_command("db_worker", batch=options.once, verbosity=0, startup_delay=False, reload=False)
    return 0
