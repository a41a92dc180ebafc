"""Kept filters. They hold clear codes only: a title would invite names, so the codes themselves are the title."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids


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
