"""A count kept by place, whole or not at all: pieces are laid aside in a file of their own and sorted there."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction

from tongxin.core.indicators.hiding import Path
from tongxin.dashboards.counting import FEW, FIGURES, SERIES, STEPS, Piece
from tongxin.dashboards.models import Count, Told
from tongxin.lib import bulk

# How the place above all provinces is kept: a name that no code has.
WHOLE = "*"
COLUMNS = ("count", "path", "above", "figures")


def named(path: Path) -> str:
    """A path as it is kept: codes from the province down, nothing where none is known."""
    return "/".join(str(each or "") for each in path) if path else WHOLE


def keep(
    pieces: Iterable[Piece], *, year: int, definitions: str, at: datetime, exports: Sequence[dict[str, str]] = ()
) -> Count:
    """A new count of a year, in place of those before it; a whole nation never stands in memory."""
    # An empty name is a file without one, gone when it is closed.
    with closing(sqlite3.connect("")) as aside:
        aside.execute("CREATE TABLE piece (path TEXT, kind TEXT, id TEXT, value TEXT)")
        for kind, id, found in pieces:
            rows = ((named(path), kind, id, json.dumps(value)) for path, value in found)
            aside.executemany("INSERT INTO piece VALUES (?, ?, ?, ?)", rows)
        with transaction.atomic():
            made = Count.objects.create(year=year, definitions=definitions, at=at, exports=list(exports))
            bulk.insert(Told, COLUMNS, ((made.id, path, _above(path), figures) for path, figures in _places(aside)))
            Count.objects.filter(year=year, definitions=definitions).exclude(id=made.id).delete()
    return made


def _above(path: str) -> str:
    return "" if path == WHOLE else path.rpartition("/")[0] if "/" in path else WHOLE


def _places(aside: sqlite3.Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = aside.execute("SELECT path, kind, id, value FROM piece ORDER BY path")
    for path, pieces in groupby(rows, key=itemgetter(0)):
        figures: dict[str, Any] = {FIGURES: {}, SERIES: {}, STEPS: {}, FEW: False}
        for _, kind, id, value in pieces:
            if id:
                figures[kind][id] = json.loads(value)
            else:
                figures[kind] = json.loads(value)
        yield path, figures
