"""Groups of counties played side by side, each by one process from its rosters to its last entry."""

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from tongxin.demo.province.rosters import Share


@dataclass(frozen=True, slots=True)
class Group:
    """The counties of one prefecture, and the seed from which their chance comes."""

    shares: Sequence[Share]
    seed: int

    @property
    def children(self) -> int:
        return sum(share.children for share in self.shares)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a group: how many children and entries, and what the record refused."""

    children: int
    entries: int
    refused: tuple[str, ...]


def groups_of(shares: Sequence[Share], *, seed: int) -> list[Group]:
    """By prefecture, the largest first, so that two processes end at about the same time."""
    found: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        found[share.prefecture].append(share)
    return sorted((Group(each, seed) for each in found.values()), key=lambda group: -group.children)


def play_all(groups: Sequence[Group], *, processes: int, tell: Callable[[Done], None]) -> list[Done]:
    """What came of each group; without processes they are played here, one after the other."""
    return list(_told(_here(groups) if processes < 1 else _beside(groups, processes), tell))


def _told(done: Iterator[Done], tell: Callable[[Done], None]) -> Iterator[Done]:
    for each in done:
        tell(each)
        yield each


def _here(groups: Sequence[Group]) -> Iterator[Done]:
    for group in groups:
        yield play_one(group, is_only_writer=False)


def _beside(groups: Sequence[Group], processes: int) -> Iterator[Done]:
    # A fresh interpreter: a copy of this one would share its open databases.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin) as pool:
        for future in as_completed([pool.submit(play_one, group, is_only_writer=True) for group in groups]):
            yield future.result()


def _begin() -> None:
    from tongxin.lib.start import start

    start(makes_keys=False)


def play_one(group: Group, *, is_only_writer: bool) -> Done:
    """One group from its rosters to the end; Django has been set up."""
    from tongxin.demo.province import counties, nights
    from tongxin.demo.province.playing import Playing
    from tongxin.demo.province.rules import province
    from tongxin.lib import steady

    with steady.answering():
        begun = [counties.begin(share, province=province(), seed=group.seed) for share in group.shares]
    playing = Playing(province(), begun, group.seed, is_only_writer=is_only_writer)
    playing.play()
    places = [county.division.id for county in begun]
    nights.pass_moments(places, province().ends, is_only_writer=is_only_writer)
    return Done(group.children, group.children + playing.entries, tuple(playing.refused))
