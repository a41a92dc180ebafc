"""`tongxin definitions adopt`: what stands in the definitions folder is in force from now on."""


from tongxin.accounts.viewers import WORKER
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.definitions import DefinitionFault
from tongxin.lib.faults import Fault
from tongxin.rulebook.adoption import adopt_folder


def main(argv: list[str]) -> int:
    """Adopt everything that is new; every earlier version stays on record."""
    Parser(prog="tongxin definitions adopt", description="采用规则定义").parse_args(argv)
    try:
        count = adopt_folder(actor=WORKER, at=clock.now())
    except DefinitionFault as fault:
        raise Fault(f"没有采用任何定义。{fault}") from None
    print(f"已采用 {count} 个新的版本。" if count else "没有新的版本，规则不变。")
    return 0
