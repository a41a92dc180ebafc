"""Writes about rosters: a file is received, taken in, and its held rows are settled."""

from tongxin.intake.importing import import_upload
from tongxin.intake.mending import settle
from tongxin.intake.uploads import forget_originals, naming, receive, remember, understand

__all__ = ["forget_originals", "import_upload", "naming", "receive", "remember", "settle", "understand"]
