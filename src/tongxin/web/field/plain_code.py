"""Modules and styles as they go out to phones: without comments, a quarter of their weight, and without indents."""

import re

# A comment that begins its line; one behind code stays, for there it may be part of a text.
LINE = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
BLOCK = re.compile(r"^[ \t]*/\*(?:(?!\*/)[\s\S])*\*/[ \t]*\n", re.MULTILINE)
# What such a comment could be instead: a line of a text over several lines.
LONG_TEXT = re.compile(r"`[^`]*\n[^`]*`")
# What stands in front of a line, and empty lines.
BLANK = re.compile(r"^[ \t]+|^\n", re.MULTILINE)


def without_comments(code: str) -> str:
    """The same code; a file with a text over several lines is left as it is."""
    return code if LONG_TEXT.search(code) else BLANK.sub("", LINE.sub("", BLOCK.sub("", code)))
