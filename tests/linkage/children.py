"""A child on two lists, for tests that change one thing about it."""

from typing import Any

from tongxin.linkage import Record

ID = "370116201406054019"
TWIN_ID = "370116201406054035"
CHILD = Record(
    key="a", name="李子涵", sex="男", birth="2014-06-05", id_no=ID, phone="13465623510", guardian="李强",
    division="370116006227",
)  # fmt: skip


def child(**changes: Any) -> Record:
    """The child with some cells otherwise."""
    return CHILD._replace(**changes)
