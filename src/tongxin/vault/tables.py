"""The tables of this version in both databases.

The keys' database holds the vault's alone: the steps of all other apps would be worked through there without doing
anything, which takes as long as doing it.
"""

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tongxin.vault.router import APART


def prepare(alias: str) -> None:
    """Bring a database up to date; what it holds stays. One that lacks nothing is left alone."""
    if not waiting(alias):
        return
    only = [APART] if alias == "keys" else []
    call_command("migrate", *only, database=alias, interactive=False, verbosity=0)


def waiting(alias: str) -> int:
    """How many steps a database still lacks before it fits this version."""
    executor = MigrationExecutor(connections[alias])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes(APART if alias == "keys" else None)))
