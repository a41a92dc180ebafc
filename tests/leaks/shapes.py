"""A word in every shape in which it could stand in a file by mistake, and where those shapes are found."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote


def shapes(word: str) -> dict[str, bytes]:
    """The bytes of a word by the name of their shape."""
    plain = word.encode()
    found = {
        "utf-8": plain,
        "gb18030": word.encode("gb18030"),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "json": json.dumps(word)[1:-1].encode(),
        "percent": quote(word).encode(),
        "percent, lower case": quote(word).lower().encode(),
        "hex": plain.hex().encode(),
    }
    for offset in range(3):
        shifted = bytes(offset) + plain
        found[f"base64, offset {offset}"] = _inside(base64.b64encode(shifted), offset)
        found[f"base64 for addresses, offset {offset}"] = _inside(base64.urlsafe_b64encode(shifted), offset)
    return {name: shape for name, shape in found.items() if name == "utf-8" or shape != plain}


def _inside(encoded: bytes, offset: int) -> bytes:
    """What stays the same whatever stands before and after the word."""
    first = {0: 0, 1: 2, 2: 3}[offset]
    whole = len(encoded.rstrip(b"="))
    return encoded[first : whole - (1 if whole % 4 else 0)]


def found_in(content: bytes, words: Mapping[str, str]) -> Iterator[str]:
    """Which words stand in some bytes, in which shape."""
    for what, word in words.items():
        for name, shape in shapes(word).items():
            if shape in content:
                yield f"{what} as {name}"


def found_below(folder: Path, words: Mapping[str, str]) -> list[str]:
    """Which words stand in the files and in the names of files below a folder."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found += [f"{name} (its name): {each}" for each in found_in(name.encode(), words)]
        if path.is_file() and not path.is_symlink():
            found += [f"{name}: {each}" for each in found_in(path.read_bytes(), words)]
    return found
