"""While a page is read, each question is asked once; otherwise every time."""

from tongxin.lib import steady


class Asked:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_asks_every_time_outside_a_reading() -> None:
    ask = Asked()
    assert [steady.once("q", ask), steady.once("q", ask)] == [1, 2]


def test_asks_each_question_once_while_reading() -> None:
    ask, other = Asked(), Asked()
    with steady.reading():
        assert [steady.once("q", ask), steady.once("q", ask), steady.once("p", other)] == [1, 1, 1]


def test_forgets_when_the_reading_ends() -> None:
    ask = Asked()
    for expected in (1, 2):
        with steady.reading():
            assert steady.once("q", ask) == expected
