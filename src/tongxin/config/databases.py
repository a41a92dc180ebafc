"""Two databases, `default` and `keys`: SQLite files in the data folder, or PostgreSQL."""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from tongxin.lib.faults import Fault

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    # Without this, INSERT OR REPLACE would delete ledger rows past their triggers.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA secure_delete=ON",
    # 16 MB a connection: each page that leaves has to be decrypted anew.
    "PRAGMA cache_size=-16000",
)
WAIT = 5


def databases(home: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES, as TONGXIN_DATABASE and TONGXIN_KEYS_DATABASE ask."""
    main = os.environ.get("TONGXIN_DATABASE", "") or "sqlite"
    keys = os.environ.get("TONGXIN_KEYS_DATABASE", "") or ("sqlite" if main == "sqlite" else "")
    default = _sqlite(home / "tongxin.db") if main == "sqlite" else _postgresql(main)
    if keys == "":
        return {"default": default, "keys": {**default, "NAME": f"{default['NAME']}_keys"}}
    return {"default": default, "keys": _sqlite(home / "keys.db") if keys == "sqlite" else _postgresql(keys)}


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "tongxin.lib.sqlcipher",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": WAIT, "transaction_mode": "IMMEDIATE", "init_command": ";".join(PRAGMAS)},
        "TEST": {"NAME": str(file.with_name(f"test-{file.name}"))},
    }


def _postgresql(url: str) -> dict[str, Any]:
    if not url.startswith(("postgresql://", "postgres://")):
        raise Fault("环境变量 TONGXIN_DATABASE 应为 sqlite 或 postgresql://… 形式的地址。")
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "tongxin"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts,
    }
