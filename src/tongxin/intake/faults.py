"""Why a roster is not taken in, in words for the office that sent it."""

from tongxin.lib.faults import Fault


class NotTaken(Fault):
    """Nothing of the file was kept beyond what the sentence says."""


class Overtaken(Exception):
    """Another run of the same import went ahead; this one stops and changes nothing."""


class Outdated(Overtaken):
    """Somebody opened a file for one of these children meanwhile: the rows are to be looked at again."""
