"""Finding in free text what could tell who somebody is, from what the file knows and from how such things look."""

from tongxin.core.scrubbing.finding import Found, Known, find, masked
from tongxin.core.scrubbing.rules import Kind, Pattern, Rules, read

__all__ = ["Found", "Kind", "Known", "Pattern", "Rules", "find", "masked", "read"]
