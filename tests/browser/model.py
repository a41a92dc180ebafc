"""The installation that every house begins as: furnished by the first that needs it, copied by the others."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

FOUND = "found.json"


def moved_in(*, shelf: Path, home: Path, databases: list[str], furnish: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What stands in the house, furnished now or copied from the model on the shelf.

    `databases` are those of PostgreSQL, which furnishing makes; each server has a model of its own.
    """
    server = os.environ.get("TONGXIN_DATABASE", "") if databases else ""
    model = shelf / f"model-{sha256(server.encode()).hexdigest()[:8]}"
    model.mkdir(exist_ok=True)
    with (model / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (model / FOUND).exists():
            shutil.copytree(model / "home", home, dirs_exist_ok=True)
            _copy_databases([_model_of(name) for name in databases], databases)
        else:
            found = furnish()
            shutil.copytree(home, model / "home")
            _copy_databases(databases, [_model_of(name) for name in databases])
            (model / FOUND).write_text(json.dumps(found), encoding="utf-8")
    said: dict[str, Any] = json.loads((model / FOUND).read_text(encoding="utf-8"))
    return said


def _model_of(name: str) -> str:
    return "model_keys" if name.endswith("_keys") else "model"


def _copy_databases(originals: list[str], copies: list[str]) -> None:
    if copies:
        with psycopg.connect(os.environ["TONGXIN_DATABASE"], dbname="postgres", autocommit=True) as connection:
            for original, copy in zip(originals, copies, strict=True):
                connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
