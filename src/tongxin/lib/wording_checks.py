"""What definitions say to people: Chinese, in the words of the glossary."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tongxin.core.language.errors import DefinitionError
from tongxin.lib.plain_checks import banned_words

# Names of instruments are written in capitals everywhere; words with small letters are not Chinese.
LATIN = re.compile(r"[A-Za-z]*[a-z]{2,}[A-Za-z]*")
SHOWN = frozenset({"zh", "help", "intro", "name", "full_name", "slogan"})
KINDS = frozenset({"forms", "fields", "categories", "brand"})


def check_wording(kind: str, content: Mapping[str, Any], *, glossary: Mapping[str, Any]) -> None:
    """Nothing, when every sentence that a screen shows is Chinese and uses no word that the glossary bans."""
    if kind not in KINDS:
        return
    banned = dict(banned_words(glossary))
    for path, text in _shown(content, ""):
        if found := LATIN.search(text):
            zh = f"“{found.group()}”不是中文"
            raise DefinitionError(path, zh, "换成中文；量表名称用大写字母")
        word = next((each for each in banned if each in text), "")
        if word:
            raise DefinitionError(path, f"不用“{word}”这个词", f"改用“{banned[word]}”")


def _shown(node: Any, path: str, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _shown(value, f"{path}.{name}" if path else str(name), str(name))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _shown(value, f"{path}[{at}]", key)
    elif isinstance(node, str) and key in SHOWN:
        yield path, node
