"""Published places, added many at once; those in force stay as they are."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count

from django.db import connection, transaction
from django.db.models import Max

from tongxin.accounts.models import LEVELS, Division
from tongxin.lib import bulk

# Below this many rows only they are looked up; above it everything that is in force is read.
FEW = 5000
AT_ONCE = 500
COLUMNS = ("id", "code", "name", "level", "parent", *(f"{level}_id" for level in LEVELS), "valid_from")
# A place's code, name, level and the code of the place around it.
Row = tuple[str, str, str, str]
# The ids of a place and of those around it, by level.
Above = tuple[int | None, ...]


@transaction.atomic
def add_divisions(*, rows: Sequence[Row], valid_from: date) -> int:
    """How many places are new, parents first; the same rows again change nothing."""
    known = _in_force(rows)
    fresh = [row for level in LEVELS for row in rows if row[2] == level and row[0] not in known]
    if not fresh:
        return 0
    ids = _ids(len(fresh))
    return bulk.insert(Division, COLUMNS, _laid(fresh, known, ids, valid_from))


def _laid(
    fresh: Sequence[Row], known: dict[str, Above], ids: Iterator[int], valid_from: date
) -> Iterator[Sequence[object]]:
    nowhere: Above = (None,) * len(LEVELS)
    for code, name, level, parent in fresh:
        if code in known:
            continue
        own, above = next(ids), known.get(parent, nowhere)
        at = LEVELS.index(level)
        place = (*above[:at], own, *nowhere[at + 1 :])
        known[code] = place
        yield (own, code, name, level, _id_of(known.get(parent)), *place, valid_from)


def _id_of(place: Above | None) -> int | None:
    """A place's own id: the innermost of its ids."""
    return next((each for each in reversed(place) if each is not None), None) if place else None


def _in_force(rows: Sequence[Row]) -> dict[str, Above]:
    """The places in force among those named, or all of them."""
    found = Division.objects.filter(valid_to__isnull=True)
    columns = ("code", *(f"{level}_id" for level in LEVELS))
    if len(rows) > FEW:
        return {code: tuple(place) for code, *place in found.values_list(*columns).iterator(chunk_size=10_000)}
    codes = sorted({code for row in rows for code in (row[0], row[3]) if code})
    chunks = [codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE)]
    read = (row for chunk in chunks for row in found.filter(code__in=chunk).values_list(*columns))
    return {code: tuple(place) for code, *place in read}


def _ids(many: int) -> Iterator[int]:
    """Numbers that nothing else will get."""
    if connection.vendor != "postgresql":
        return count((Division.objects.aggregate(last=Max("id"))["last"] or 0) + 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Division._meta.db_table, many],
        )
        return iter([number for (number,) in cursor.fetchall()])
