"""Hand-overs between bodies: derived from the referral and answer entries of the child; links for bodies outside."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.people.models import Placed


class Referral(Placed):
    """One referral, where it stands and since when; the summary stays in the sealed entry.

    `due_at` and `climbed` are those of the answer that is awaited now.
    """

    entry_id = models.UUIDField(primary_key=True)
    child_id = models.UUIDField()
    kind = models.CharField("转介类型", max_length=24)
    urgency = models.CharField("紧急程度", max_length=24)
    state = models.CharField("状态", max_length=16)
    from_post_id = models.UUIDField("转出岗位", null=True)
    to_organisation_id = models.BigIntegerField("接收单位")
    after_id = models.UUIDField("由哪份转介转来", null=True)
    sent_at = models.DateTimeField("转出时间")
    due_at = models.DateTimeField("应答期限")
    climbed = models.SmallIntegerField("已上报层级", default=0)
    answered_at = models.DateTimeField("应答时间", null=True)
    accepted_at = models.DateTimeField("接收时间", null=True)
    contacted_at = models.DateTimeField("第一次联系的记录时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "转介"
        indexes: ClassVar = [
            models.Index(fields=["to_organisation_id", "state", "due_at"], name="referral_inbox"),
            models.Index(fields=["child_id"], name="referral_child"),
            models.Index(fields=["county_id", "state", "due_at"], name="referral_board"),
        ]


class ReferralLink(models.Model):
    """A way in for one body to one referral, for a while; of token and spoken code only keyed digests are kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    digest = models.CharField("摘要", max_length=64, unique=True)
    code_digest = models.CharField("口令摘要", max_length=64)
    child_id = models.UUIDField("儿童")
    referral_id = models.UUIDField("转介")
    made_at = models.DateTimeField("发出时间")
    made_by = models.UUIDField("发出人", null=True)
    post_id = models.UUIDField("发出岗位", null=True)
    expires_at = models.DateTimeField("有效期至")
    opened_at = models.DateTimeField("第一次打开", null=True)
    seen_at = models.DateTimeField("最近打开", null=True)
    looks = models.IntegerField("打开次数", default=0)
    wrong = models.SmallIntegerField("口令输错次数", default=0)
    papers = models.SmallIntegerField("已传文书", default=0)
    revoked_at = models.DateTimeField("作废", null=True)

    class Meta:
        verbose_name = "转介链接"
        indexes: ClassVar = [models.Index(fields=["referral_id", "made_at"], name="referral_link_referral")]
