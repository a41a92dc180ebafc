"""No row stands alone: for whatever table, each one shown has k like it; and each copy is known by its rows."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as some

from tongxin.core import deidentify
from tongxin.core.deidentify import Record

ON = date(2025, 9, 1)
months = some.none() | some.dates(date(2008, 1, 1), date(2024, 12, 1)).map(lambda day: day.replace(day=1))
BANDS = ((0, 3, 6, 9, 12, 15, 18), (0, 6, 12, 16))


@some.composite
def tables(draw: some.DrawFn) -> list[Record]:
    """Children of a few places, sexes and ages, with a colour each."""
    return [
        Record(
            (
                deidentify.same_levels(draw(some.sampled_from(["男", "女", ""]))),
                deidentify.birth_levels(draw(months), on=ON, bands=BANDS),
                deidentify.place_levels([draw(some.sampled_from(["甲镇", "乙镇", ""])), "丙区"]),
                deidentify.count_levels(draw(some.lists(some.sampled_from(["孤儿", "留守"]), unique=True))),
            ),
            (draw(some.sampled_from(["红", "黄", "绿"])),),
        )
        for _ in range(draw(some.integers(1, 40)))
    ]


@given(tables(), some.integers(1, 8), some.integers(0, 60))
def test_no_class_below_k_remains(table: list[Record], k: int, most: int) -> None:
    found = deidentify.anonymise(table, k=k, most_suppressed=most)
    if found is None:
        assert len(table) < k
        return
    shown = [
        tuple(values[level] for values, level in zip(table[index].quasi, found.levels, strict=True))
        for index in found.kept
    ]
    classes = Counter(shown)
    assert min(classes.values()) == found.smallest >= k
    assert len(classes) == found.classes
    assert len(found.kept) + found.suppressed == len(table)
    assert found.suppressed * 100 <= most * len(table)


@given(tables(), some.integers(2, 6), some.integers(1, 3))
def test_what_is_said_of_diversity_is_so_and_no_class_has_less(table: list[Record], k: int, diverse: int) -> None:
    found = deidentify.anonymise(table, k=k, most_suppressed=10, diverse=diverse)
    if found is None:
        if deidentify.anonymise(table, k=k, most_suppressed=10) is not None:
            assert deidentify.unlearnable(table, k=k, most_suppressed=10, diverse=diverse) == [0]
        return
    assert found.diversity[0][0] >= diverse
    colours: dict[tuple[str, ...], set[str]] = {}
    for index in found.kept:
        shown = tuple(values[level] for values, level in zip(table[index].quasi, found.levels, strict=True))
        colours.setdefault(shown, set()).add(table[index].sensitive[0])
    assert found.diversity == ((min(map(len, colours.values())), sum(len(each) == 1 for each in colours.values())),)


def test_a_table_that_needs_no_coarsening_stays_as_it_is() -> None:
    row = Record((deidentify.same_levels("女"), deidentify.birth_levels(date(2012, 3, 1), on=ON, bands=BANDS)))
    found = deidentify.anonymise([row] * 5, k=5, most_suppressed=0)
    assert found is not None and found.levels == (0, 0) and found.suppressed == 0
    assert deidentify.anonymise([row] * 4, k=5, most_suppressed=100) is None


def test_a_birth_grows_coarser() -> None:
    found = deidentify.birth_levels(date(2012, 10, 1), on=ON, bands=BANDS)
    assert found == ("2012年", "12至14岁", "12至15岁", "不显示")
    assert deidentify.birth_levels(None, on=ON, bands=BANDS)[0] == "不详"


@given(some.lists(some.uuids().map(str), min_size=40, max_size=60, unique=True), some.data())
def test_half_of_a_copy_names_it_and_no_other(labels: list[str], data: some.DataObject) -> None:
    own, other = b"own secret", b"another"
    rows = [(labels[index], deidentify.is_spaced(labels[index], secret=own))
            for index in deidentify.in_order(labels, secret=own)]
    start = data.draw(some.integers(0, 20))
    half = rows[start : start + 20]
    assert deidentify.agreement(half, secret=own) == (1.0, 1.0)
    assert max(deidentify.agreement(half, secret=other)) < 1.0
    assert deidentify.agreement(sorted(half), secret=own)[1] == 1.0
