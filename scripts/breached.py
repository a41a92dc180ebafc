"""Makes the filter of leaked passwords from a public list, one a line.

.venv/bin/python scripts/breached.py 10_million_password_list_top_1M.txt
"""

import sys
from pathlib import Path

from tongxin.accounts.breached import FILE, build, plain

SHORTEST, WRONG_ONCE_IN = 10, 100_000


def main(name: str) -> None:
    with Path(name).open(encoding="utf-8", errors="ignore") as lines:
        words = {word for line in lines if len(word := plain(line)) >= SHORTEST}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(build(words, wrong_once_in=WRONG_ONCE_IN))


if __name__ == "__main__":
    main(sys.argv[1])
