"""Writes about rosters: a file is received, taken in, and its held rows are settled."""

from tongxin.intake.importing import import_upload
from tongxin.intake.uploads import receive, remember, understand

__all__ = ["import_upload", "receive", "remember", "understand"]
