"""Hand-overs between bodies: derived from the referral and answer entries of the child."""

from typing import ClassVar

from django.db import models

from tongxin.people.models import Placed


class Referral(Placed):
    """One referral and where it stands; the summary stays in the sealed entry."""

    entry_id = models.UUIDField(primary_key=True)
    child_id = models.UUIDField()
    kind = models.CharField("转介类型", max_length=24)
    urgency = models.CharField("紧急程度", max_length=24)
    state = models.CharField("状态", max_length=16)
    from_post_id = models.UUIDField("转出岗位", null=True)
    to_organisation_id = models.BigIntegerField("接收单位")
    sent_at = models.DateTimeField("转出时间")
    due_at = models.DateTimeField("应答期限")
    answered_at = models.DateTimeField("应答时间", null=True)

    class Meta:
        verbose_name = "转介"
        indexes: ClassVar = [
            models.Index(fields=["to_organisation_id", "state", "due_at"], name="referral_inbox"),
            models.Index(fields=["child_id"], name="referral_child"),
        ]
