"""Draws of visits that are asked about again, and what the families said; nothing is ever changed but the summary."""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Post
from tongxin.lib import ids
from tongxin.people.models import Placed
from tongxin.vault import Owner, SealedField


class Draw(Placed):
    """One post's draw of one week, with everything that is needed to draw it again."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="recheck_draws")
    week = models.DateField("哪一周（周一）")
    # The signed batch from which the seed comes; 0 where nothing was sealed yet.
    batch = models.BigIntegerField("封存批次")
    seed = models.CharField("种子", max_length=64)
    # Each entry that could have come up, with its weight, in the order of their ids.
    pool = models.JSONField("从哪些里抽")
    size = models.SmallIntegerField("抽几份")
    at = models.DateTimeField("时间")
    # Nobody, where the week was drawn by itself.
    person_id = models.UUIDField("谁抽的", null=True)

    class Meta:
        verbose_name = "回访抽样"
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "week"], name="recheck_week")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Check(Placed):
    """One visit that came up. `result` is the newest that was said."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="checks")
    number = models.SmallIntegerField("第几份")
    entry_id = models.UUIDField("走访", unique=True)
    child_id = models.UUIDField("儿童", db_index=True)
    # Who visited: the post that is told, and the person who is never asked about themselves.
    visitor_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="rechecked")
    visitor_id = models.UUIDField("走访人", null=True)
    visited_on = models.DateField("走访日期")
    due_on = models.DateField("期限")
    result = models.CharField("结果", max_length=12, default="", blank=True)
    tries = models.SmallIntegerField("问过几次", default=0)
    settled_at = models.DateTimeField("办完", null=True)
    # Late, it goes up: whose it is now, how far, and when once more.
    owner_post_id = models.UUIDField("负责岗位", null=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)
    ring_at = models.DateTimeField("下次上报", null=True)

    class Meta:
        verbose_name = "回访"
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "number"], name="recheck_number")]
        indexes: ClassVar = [
            models.Index(fields=["county_id", "settled_at", "due_on"], name="recheck_waits"),
            models.Index(fields=["visitor_post", "settled_at"], name="recheck_visitor"),
        ]


class Said(models.Model):
    """What came of asking; the newest counts, the others stay. Its id comes with the page."""

    id = models.UUIDField(primary_key=True, editable=False)
    recheck = models.ForeignKey(Check, models.PROTECT, related_name="said")
    result = models.CharField("结果", max_length=12)
    clear = models.JSONField("选项", default=dict)
    notes = SealedField("家里怎么说", null=True)
    told = SealedField("对走访的人说的话", null=True)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁")
    post_id = models.UUIDField("岗位")

    class Meta:
        verbose_name = "回访结果"
        indexes: ClassVar = [models.Index(fields=["recheck", "at"], name="recheck_said")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.recheck.child_id)
