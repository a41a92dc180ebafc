"""What a person should hear of: ids and links only, no clinical word and no name leaves here."""

from typing import ClassVar

from django.db import models

from tongxin.notices.outward import Address as Address
from tongxin.notices.outward import Attempt as Attempt
from tongxin.notices.outward import Delivery as Delivery
from tongxin.notices.outward import Preference as Preference


class Notice(models.Model):
    """A line in somebody's list that leads to a page which decides anew what may be seen."""

    post_id = models.UUIDField("岗位")
    event_id = models.UUIDField()
    kind = models.CharField("种类", max_length=40)
    child_id = models.UUIDField(null=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True)
    # When it was decided whether a word of it goes out of the house.
    weighed_at = models.DateTimeField("已看要不要发出", null=True)

    class Meta:
        verbose_name = "提醒"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_id", "post_id"], name="notice_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["post_id", "read_at", "-id"], name="notice_post"),
            models.Index(fields=["id"], condition=models.Q(weighed_at__isnull=True), name="notice_to_weigh"),
        ]
