"""The database backend `tongxin.lib.sqlcipher`: Django's own for SQLite, with a key and a line of writers."""

from typing import Any

from django.db.backends.sqlite3 import base as plain
from django.db.backends.sqlite3._functions import (  # type: ignore[import-untyped]
    register as register_functions,
)
from django.db.utils import OperationalError

from tongxin.lib import secrets
from tongxin.lib.faults import Fault
from tongxin.lib.sqlcipher.cursor import Cursor
from tongxin.lib.sqlcipher.driver import IS_ENCRYPTING, Driver
from tongxin.lib.sqlcipher.turns import Turn

UNREADABLE = "数据库文件打不开：密钥不符，或文件已损坏。未作任何改动，请核对密钥文件夹或恢复备份。"


class DatabaseWrapper(plain.DatabaseWrapper):
    """SQLite whose file nobody can read without the database key."""

    Database = Driver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Turn | None = None

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["detect_types"] = Driver.PARSE_DECLTYPES | Driver.PARSE_COLNAMES
        self._wait = float(params.get("timeout", 5.0))
        if self._turn is not None:
            self._turn.close()
        self._turn = Turn(str(params["database"]))
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = Driver.connect(**conn_params)
        if IS_ENCRYPTING:
            # The key must be the first statement, before Django asks anything.
            connection.execute(f"PRAGMA key = \"x'{secrets.read('database').hex()}'\"")
        self._check_key(connection)
        register_functions(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA legacy_alter_table = OFF")
        commands: list[str] = self.init_commands  # type: ignore[attr-defined]
        for command in filter(None, map(str.strip, commands)):
            connection.execute(command)
        return connection

    def _check_key(self, connection: Any) -> None:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except Driver.DatabaseError as error:
            if "not a database" not in str(error):
                raise
            connection.close()
            raise Fault(UNREADABLE) from None

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        if self._turn is not None and not self._turn.take(timeout=self._wait):
            raise OperationalError("database is locked: the line of writers did not move")
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._turn is not None:
                self._turn.close()

    def _give_turn(self) -> None:
        if self._turn is not None:
            self._turn.give()
