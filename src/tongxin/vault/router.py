"""Which database a model lives in: keys apart from everything else."""

from typing import Any

APART = "vault"


class KeysRouter:
    """Sends the vault's models to the alias `keys`, all others to `default`."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "keys" if model._meta.app_label == APART else "default"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "keys") == (app_label == APART)
