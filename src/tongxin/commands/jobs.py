"""`tongxin jobs`: long work that somebody started on a page, such as importing a large roster."""

from django.core.management import call_command
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tongxin.flows import preparation
from tongxin.lib.arguments import Parser

# Work that goes on where it was cut short; a run that still lives gives way to the next.
GOES_ON = ".bind_books"


def main(argv: list[str]) -> int:
    """Work until told to stop; with --once, until nothing is left to do."""
    parser = Parser(prog="tongxin jobs", description="启动导入等长任务的后台")
    parser.add_argument("--once", action="store_true", help="做完眼下的事就结束")
    options = parser.parse_args(argv)
    preparation.refuse_outdated()
    _take_up_again()
    call_command("db_worker", batch=options.once, verbosity=0, startup_delay=False, reload=False)
    return 0


def _take_up_again() -> int:
    """How much of what a worker was at when it ended is begun again."""
    cut_short = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, task_path__endswith=GOES_ON)
    return int(cut_short.update(status=TaskResultStatus.READY))
