"""`tongxin ledger prove`: that one row lies under a receipt, for an outsider who must not see the row."""

import json

from tongxin.ledger import receipts
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Print the proof; it holds ids and digests only."""
    parser = Parser(prog="tongxin ledger prove", description="证明一条记录在某天的回执之下")
    parser.add_argument("row", metavar="编号", help="记录、事件或查看记录的编号")
    options = parser.parse_args(argv)
    print(json.dumps(receipts.prove(options.row)._asdict(), indent=1))
    return 0
