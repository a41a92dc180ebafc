"""Kept filters and questions. Filters hold clear codes only: a title would invite names, so the codes are the title.

A question about figures has a name, which is sealed for the same reason.
"""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Division
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class SavedView(models.Model):
    """The filters of a list that a person keeps for themselves, or shares with the posts below theirs."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person_id = models.UUIDField("保存人")
    post_id = models.UUIDField("保存岗位")
    query = models.CharField("筛选条件", max_length=300)
    is_shared = models.BooleanField("给下级岗位共用", default=False)
    created_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "常用筛选"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "post_id", "query"], name="view_once")
        ]
        indexes: ClassVar = [models.Index(fields=["post_id", "is_shared"], name="view_shared")]


class KeptQuery(models.Model):
    """A question about figures that a person keeps under a name; what it asks stands in its versions."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person_id = models.UUIDField("保存人")
    post_id = models.UUIDField("保存岗位")
    # The county of the post; above counties its own place.
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "自选统计"
        indexes: ClassVar = [models.Index(fields=["division", "created_at"], name="kept_query_of_place")]


class KeptQueryVersion(models.Model):
    """How a kept question reads from a moment on; only added, the newest holds. One that is removed asks nothing."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    query = models.ForeignKey(KeptQuery, models.PROTECT, related_name="versions")
    name = SealedField("名称", null=True)
    asked = models.JSONField("问什么")
    is_shared = models.BooleanField("给本区县的岗位共用", default=False)
    is_removed = models.BooleanField("已删去", default=False)
    person_id = models.UUIDField("谁")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "自选统计的版本"
        indexes: ClassVar = [models.Index(fields=["query", "at"], name="version_of_query")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.query_id)
