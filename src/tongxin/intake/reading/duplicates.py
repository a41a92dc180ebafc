"""The same child listed twice: the later row is told of the first."""

from dataclasses import dataclass, field, replace

from tongxin.intake.reading.row import Row

Key = tuple[str, ...]
Where = tuple[str, int]


@dataclass
class Seen:
    """The children seen so far, across all sheets of a file.

    One sound number is one child. Without one, name and birth must agree, and the place, the phone
    or the carer beside them: twins differ in name, cousins in birth, and two different sound
    numbers are never one child.
    """

    by_id: dict[str, Where] = field(default_factory=dict)
    with_id: dict[Key, Where] = field(default_factory=dict)
    without_id: dict[Key, Where] = field(default_factory=dict)

    def judge(self, row: Row) -> Row:
        """`row`, told of the earlier one if it is the same child; the row is remembered."""
        here = (row.sheet, row.row)
        keys = _keys(row)
        first = self._first(row, keys)
        if row.id_no and row.id_state == "valid":
            self.by_id.setdefault(row.id_no, first or here)
        shelf = self.with_id if row.id_state == "valid" else self.without_id
        for key in keys:
            shelf.setdefault(key, first or here)
        return replace(row, problems=(*row.problems, "duplicate"), duplicate_of=first) if first else row

    def _first(self, row: Row, keys: list[Key]) -> Where | None:
        if row.id_state == "valid":
            if (found := self.by_id.get(row.id_no or "")) is not None:
                return found
            shelves = [self.without_id]
        else:
            shelves = [self.with_id, self.without_id]
        return next((shelf[key] for shelf in shelves for key in keys if key in shelf), None)


def _keys(row: Row) -> list[Key]:
    born = row.birth or row.id_birth
    if not row.name:
        return []
    keys: list[Key] = []
    if row.id_state == "broken" and row.id_no:
        keys.append(("id", row.id_no, row.name))
    if born:
        place = row.division_code if row.division_code and len(row.division_code) > 9 else ""
        beside = {"place": place, "phone": row.phone, "carer": row.carer}
        keys += [(kind, row.name, born.isoformat(), what) for kind, what in beside.items() if what]
    return keys
