"""Command-line arguments that are refused in Chinese."""

import argparse
import sys
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """As the standard parser; what it can't read is told in one Chinese sentence, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        del message
        print(f"参数不对，没有执行。写法见 {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)
