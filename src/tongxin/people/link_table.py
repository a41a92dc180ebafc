"""That two children with files have to do with each other: what it is stands sealed in each one's entry."""

from typing import ClassVar

from django.db import models


class ChildLink(models.Model):
    """One child's side of a relation; `part` is the part of both files that somebody must be able to read."""

    child_id = models.UUIDField("儿童")
    other_id = models.UUIDField("另一名儿童")
    part = models.CharField("档案部分", max_length=24)
    entry_id = models.UUIDField("本档案的记录")
    source_id = models.UUIDField("登记")
    ended_by = models.UUIDField("撤回或更正", null=True)

    class Meta:
        verbose_name = "儿童之间的关系"
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry_id"], name="link_once")]
        indexes: ClassVar = [
            models.Index(fields=["child_id", "ended_by"], name="link_child"),
            models.Index(fields=["source_id"], name="link_source"),
        ]
