"""`tongxin database roles`: separate PostgreSQL roles for owner, web and worker."""


from django.db import connections, transaction

from tongxin.access import wall
from tongxin.ledger import roles
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Print the statements, or run them in both databases."""
    parser = Parser(prog="tongxin database roles", description="PostgreSQL 账户与权限")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--print", action="store_true", help="只显示语句")
    choice.add_argument("--apply", action="store_true", help="在两个数据库中执行，须以数据库管理员连接")
    options = parser.parse_args(argv)
    for alias in connections:
        _settle(alias, is_applied=options.apply)
    return 0


def _settle(alias: str, *, is_applied: bool) -> None:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        raise Fault("当前数据库是 SQLite，没有账户可分，未作任何改动。此命令只用于 PostgreSQL。")
    tables = sorted(connection.introspection.table_names())
    wanted = [*roles.statements(tables), *wall.statements(tables)]
    if not is_applied:
        print(f"-- {connection.settings_dict['NAME']}")
        print("\n".join(f"{statement};" for statement in wanted))
        return
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        for statement in wanted:
            cursor.execute(statement)
    print(f"{connection.settings_dict['NAME']}：账户与权限已设置。")
