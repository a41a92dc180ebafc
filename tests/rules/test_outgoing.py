"""Nothing leaves this machine but through the one door, and everything that was installed may be used."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rules.test_house import REPOSITORY

SOURCE = REPOSITORY / "src" / "tongxin"
DOOR = "lib/outgoing.py"
LEAVES = {
    "requests", "urllib3", "httpx", "aiohttp", "urllib.request", "http.client", "smtplib", "ftplib", "imaplib",
    "poplib", "telnetlib", "xmlrpc.client", "socket", "asyncio", "websockets", "authlib.integrations.requests_client",
}
# Sockets of this machine's own: a key service by its file, and whether a port is free.
WITHIN = {
    "vault/kms_client.py": "socket", "vault/kms_server.py": "socket", "vault/kms_wire.py": "socket",
    "commands/serve.py": "socket",
}
# The province's sign-in and the ways of notices: their sessions and sockets are guarded by the door
# (tests/web/test_outside.py, tests/notices).
GUARDED = {
    "accounts/outside.py": {"authlib.integrations.requests_client"},
    "notices/adapters/__init__.py": {"requests", "requests.Session", "requests.Response"},
    "notices/adapters/email/__init__.py": {"smtplib", "socket"},
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_nothing_leaves_but_through_the_one_door() -> None:
    found = set()
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        allowed = {WITHIN.get(name), *GUARDED.get(name, ())}
        for module in imported(path):
            leaving = next((each for each in LEAVES if module == each or module.startswith(f"{each}.")), None)
            if leaving and name != DOOR and leaving not in allowed:
                found.add(f"{name}: {module}")
    assert found == set()


def test_what_is_allowed_is_still_there() -> None:
    for name, modules in {**{name: {module} for name, module in WITHIN.items()}, **GUARDED}.items():
        assert modules <= set(imported(SOURCE / name))
