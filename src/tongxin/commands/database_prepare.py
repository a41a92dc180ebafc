"""`tongxin database prepare`: both databases with the tables of this version."""

from django.db import connections

from tongxin.lib import places, secrets
from tongxin.lib.arguments import Parser
from tongxin.vault import tables


def main(argv: list[str]) -> int:
    """Bring the databases up to date; what they hold stays."""
    Parser(prog="tongxin database prepare", description="建立或升级数据库").parse_args(argv)
    for name in secrets.needed():
        secrets.read(name)
    places.home().mkdir(parents=True, exist_ok=True)
    for alias in connections:
        tables.prepare(alias)
    print("数据库已就绪。")
    return 0
