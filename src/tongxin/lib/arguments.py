"""Command-line arguments, explained and refused in Chinese."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

REFUSED = 2
USAGE = "用法："


class _Chinese(argparse.HelpFormatter):
    """As the standard formatter, with its own words in Chinese."""

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or USAGE)


class Parser(argparse.ArgumentParser):
    """As the standard parser; what it can't read is told in one Chinese sentence, with exit code 2."""

    def __init__(self, *, prog: str, description: str = "", usage: str | None = None) -> None:
        super().__init__(
            prog=prog, description=description, usage=usage, formatter_class=_Chinese, add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title, self._optionals.title = "内容", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        del message
        right = " ".join(self.format_usage().split()).removeprefix(USAGE)
        print(f"参数不对，没有执行。正确的写法：{right}\n每一项的说明见 {self.prog} --help", file=sys.stderr)
        raise SystemExit(REFUSED)
