"""What synthetic people say and write: sentences drawn so that none comes again before all were used."""

from collections.abc import Mapping
from functools import lru_cache
from random import Random

from tongxin.lib import places, strict_yaml

FOLDER = "sample/words"


@lru_cache(maxsize=1)
def _banks() -> Mapping[str, tuple[str, ...]]:
    folder = places.definitions_folder() / FOLDER
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yaml")):
        words = strict_yaml.load(path, name=f"definitions/{FOLDER}/{path.name}").content["words"]
        found |= {key: tuple(sentences) for key, sentences in words.items()}
    return found


class Words:
    """Banks of sentences, each run through in a fresh order before it begins anew."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._left: dict[str, list[str]] = {}

    def say(self, bank: str, **slots: str) -> str:
        """The next sentence of a bank, with who and what put in."""
        left = self._left.get(bank)
        if not left:
            left = list(_banks()[bank])
            self._chance.shuffle(left)
            self._left[bank] = left
        return left.pop().format_map(_Slots(slots))

    def say_both(self, first: str, second: str, **slots: str) -> str:
        """A sentence of each of two banks, one after the other."""
        return self.say(first, **slots) + self.say(second, **slots)


class _Slots(dict[str, str]):
    """A word nobody gave is said as “孩子”."""

    def __missing__(self, key: str) -> str:
        return "孩子"
