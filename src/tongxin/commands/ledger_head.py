"""`tongxin ledger head`: the newest signed head, shown and saved outside the database."""

import json
from dataclasses import asdict
from pathlib import Path

from tongxin import ledger
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Print the head; save it to a file when asked."""
    parser = Parser(prog="tongxin ledger head", description="显示并导出账本最新签名")
    parser.add_argument("--save", type=Path, metavar="文件", help="另存到这个文件，例如别处保管的介质")
    options = parser.parse_args(argv)
    newest = ledger.head()
    if newest is None:
        print("账本还没有封存任何一批。")
        return 0
    text = json.dumps(asdict(newest), indent=1)
    ledger.export_head()
    if options.save:
        try:
            options.save.write_text(text, encoding="utf-8")
        except OSError:
            raise Fault(f"写不进 {options.save}，没有保存。请换一个位置。") from None
    print(text)
    return 0
