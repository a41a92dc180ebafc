"""Words in free text that may speak of a danger: found by a list that practitioners read and edit, never judged."""

from tongxin.core.danger_words.export import lexicon_json
from tongxin.core.danger_words.finding import Found, find
from tongxin.core.danger_words.lexicon import Lexicon, Term, read

__all__ = ["Found", "Lexicon", "Term", "find", "lexicon_json", "read"]
