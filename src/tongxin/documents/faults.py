"""Why a file is not taken or a paper not printed, in words for the person at the desk."""

from tongxin.lib.faults import Fault


class NotTaken(Fault):
    """Nothing of the file was kept."""


class NotAllowed(Exception):
    """The actor has no part in it; whoever asks learns no more than that there is no such page."""
