"""A pattern spread over days: nothing twice, nothing over what stands, and every hour covered or said to be bare."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tongxin.core.pathway import CHINA
from tongxin.duty.spreading import Hours, around, bare, kind_of, spread

FIRST = date(2025, 9, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(21)]
SINCE, UNTIL = (datetime.combine(day, time(), tzinfo=CHINA) for day in (FIRST, FIRST + timedelta(days=21)))
times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
lines = st.lists(st.tuples(st.text("123456789", min_size=1, max_size=7), times, times), max_size=6).map(
    lambda rows: [Hours(number, *row) for number, row in enumerate(rows)]
)
holidays = st.frozensets(st.sampled_from(DAYS), max_size=5)
spans = st.lists(st.tuples(st.integers(-24, 500), st.integers(1, 40)), max_size=8).map(
    lambda rows: [(SINCE + timedelta(hours=start), SINCE + timedelta(hours=start + length)) for start, length in rows]
)


@given(lines, holidays, spans)
def test_no_hour_is_given_twice_and_none_is_lost(
    lines: list[Hours], off: frozenset[date], taken: list[tuple[datetime, datetime]]
) -> None:
    kinds = [(day, kind_of(day, holidays=off, made_up=(), lines=lines)) for day in DAYS]
    whole = spread(lines, kinds, zone=CHINA)
    pieces = around(whole, taken)
    assert all(each.from_at < each.to_at for each in (*whole, *pieces))
    assert all(one.to_at <= two.from_at for one, two in pairwise(whole))
    assert not any(each.from_at < end and each.to_at > start for each in pieces for start, end in taken)
    covered = [(each.from_at, each.to_at) for each in pieces]
    gaps = bare([*covered, *taken], since=SINCE, until=UNTIL)
    wanted = [
        (start, end if end > start else end + timedelta(days=1)) for day, kind in kinds for each in lines
        if kind in each.days
        for start, end in [tuple(datetime.combine(day, at, tzinfo=CHINA) for at in (each.starts, each.ends))]
    ]
    moment = SINCE
    while moment < UNTIL:
        held = any(start <= moment < end for start, end in (*wanted, *taken))
        named = sum(start <= moment < end for start, end in covered)
        assert named <= 1
        if not held:
            assert any(start <= moment < end for start, end in gaps) and not named
        elif not any(start <= moment < end for start, end in taken):
            # A later line ends the one before it; its hours come to an end with it.
            assert named or any(start <= moment < end for start, end in gaps)
        moment += timedelta(minutes=30)
