"""Hand-overs between bodies, derived from entries; links for bodies outside; asking for a child; who offers what."""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Division, Organisation
from tongxin.lib import ids
from tongxin.people.models import Placed
from tongxin.vault import Owner, SealedField


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


class Ask(models.Model):
    """Somebody asks for a child whose file is kept elsewhere; whether there is one, only a person there says."""

    WAITING, AGREED, REFUSED, WITHDRAWN, DONE = "waiting", "agreed", "refused", "withdrawn", "done"
    STATES: ClassVar = [
        (WAITING, "等对方答复"), (AGREED, "对方同意，等转出"), (REFUSED, "对方没有同意"), (WITHDRAWN, "已收回"),
        (DONE, "已转出"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField("要什么", max_length=16)
    from_post_id = models.UUIDField("提出岗位")
    person_id = models.UUIDField("提出人")
    organisation_id = models.BigIntegerField("提出单位")
    from_division_id = models.BigIntegerField("提出地")
    place_id = models.BigIntegerField("问哪个区县")
    is_urgent = models.BooleanField("急")
    words = SealedField("是谁、为什么", null=True)
    asked_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=12, choices=STATES, default=WAITING)
    answers_post_id = models.UUIDField("答复岗位", null=True)
    owner_post_id = models.UUIDField("现由岗位", null=True)
    due_at = models.DateTimeField("期限", null=True)
    ring_at = models.DateTimeField("下次上报", null=True)
    climbed = models.SmallIntegerField("上报次数", default=0)
    child_id = models.UUIDField("哪个孩子", null=True, db_index=True)
    reason = models.CharField("不同意的理由", max_length=24, default="")
    answer = SealedField("答复的话", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "接收方提出的转来"
        indexes: ClassVar = [
            models.Index(fields=["owner_post_id", "state", "due_at"], name="ask_owner"),
            models.Index(fields=["from_post_id", "asked_at"], name="ask_asker"),
            models.Index(fields=["ring_at"], name="ask_rings"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Service(models.Model):
    """What one body offers to whom, and whether it still takes anybody: about bodies, never about a person."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区县")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("类型", max_length=24)
    zh = models.CharField("做什么", max_length=120)
    age_from = models.SmallIntegerField("最小几岁")
    age_to = models.SmallIntegerField("最大几岁")
    where = models.CharField("在哪里", max_length=160)
    opens = models.CharField("什么时候开门", max_length=120)
    phone = models.CharField("单位电话", max_length=40, blank=True)
    how = models.CharField("怎么转介", max_length=300)
    state = models.CharField("还接不接", max_length=16)
    checked_at = models.DateTimeField("核对时间")
    checked_by = models.UUIDField("核对人")

    class Meta:
        verbose_name = "服务机构名录"
        indexes: ClassVar = [models.Index(fields=["county", "kind", "state"], name="service_place")]
