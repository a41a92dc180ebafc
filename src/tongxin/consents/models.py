"""A link that lets one carer decide about one child, once."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids


class ConsentLink(models.Model):
    """Who may decide what about whom, until when; of the token only a keyed digest is kept.

    `notice_on` is the day of the notice that the page shows.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    digest = models.CharField("摘要", max_length=64, unique=True)
    child_id = models.UUIDField("儿童")
    carer_id = models.BigIntegerField("照料关系")
    relation = models.CharField("与儿童关系", max_length=40)
    purposes = models.JSONField("用途")
    notice_on = models.DateField("告知书日期")
    made_at = models.DateTimeField("发出时间")
    made_by = models.UUIDField("发出人", null=True)
    post_id = models.UUIDField("发出岗位", null=True)
    expires_at = models.DateTimeField("有效期至")
    opened_at = models.DateTimeField("第一次打开", null=True)
    used_at = models.DateTimeField("答复时间", null=True)
    revoked_at = models.DateTimeField("作废", null=True)

    class Meta:
        verbose_name = "同意链接"
        indexes: ClassVar = [models.Index(fields=["child_id", "made_at"], name="consent_link_child")]
