"""Companions with their checks, pairings with children, and needs that bodies take up."""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Organisation
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Companion(models.Model):
    """A grown-up who would accompany children: 成长导师, 互助伙伴, 爱心妈妈. Met by children only while checked."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    town_id = models.BigIntegerField("乡镇", null=True)
    number = models.IntegerField("编号")
    kind = models.CharField("种类", max_length=24)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="单位")
    clear = models.JSONField("选项", default=dict)
    words = SealedField("姓名、电话", null=True)
    # Of the paper that was seen; written by one person, written again by another from the paper itself.
    id_no = SealedField("证件号码", null=True)
    id_no_by = models.UUIDField("证件登记人", null=True)
    id_no_at = models.DateTimeField("证件登记时间", null=True)
    confirmed_by = models.UUIDField("证件核对人", null=True)
    confirmed_at = models.DateTimeField("证件核对时间", null=True)
    registered_at = models.DateTimeField("登记时间")
    registered_by = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")
    # Until when all checks that are needed hold; no child is met afterwards.
    checked_until = models.DateField("审查有效到", null=True)
    told_until = models.DateField("已提醒到", null=True)
    ended_at = models.DateTimeField("退出时间", null=True)
    end_reason = models.CharField("退出原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "陪伴者"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="companion_number")]
        indexes: ClassVar = [models.Index(fields=["checked_until"], name="companion_checked")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Check(models.Model):
    """Evidence about a companion with its day; only added."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    companion = models.ForeignKey(Companion, models.PROTECT, related_name="checks")
    kind = models.CharField("哪一项", max_length=24)
    result = models.CharField("结果", max_length=12)
    done_on = models.DateField("做的日期")
    valid_until = models.DateField("有效到", null=True)
    words = SealedField("凭据", null=True)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("岗位")

    class Meta:
        verbose_name = "背景审查"

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.companion_id)


class Pairing(models.Model):
    """A child and a companion, from–to."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童", db_index=True)
    companion = models.ForeignKey(Companion, models.PROTECT, related_name="pairings")
    clear = models.JSONField("选项", default=dict)
    from_on = models.DateField("开始")
    begun_at = models.DateTimeField("登记时间")
    begun_by = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")
    to_on = models.DateField("结束", null=True)
    end_reason = models.CharField("结束原因", max_length=24, default="", blank=True)
    ended_at = models.DateTimeField("结束登记", null=True)
    ended_by = models.UUIDField("结束登记人", null=True)

    class Meta:
        verbose_name = "结对"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child_id", "companion"], condition=models.Q(to_on__isnull=True), name="pairing_once"
            )
        ]


class Contact(models.Model):
    """One visit, call or activity of a pairing; only added, its words under the child's key."""

    id = models.UUIDField(primary_key=True, editable=False)
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="contacts")
    met_on = models.DateField("日期")
    clear = models.JSONField("选项", default=dict)
    words = SealedField("记录", null=True)
    # Whether the companion's checks held on that day.
    is_checked = models.BooleanField("审查有效")
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("岗位")

    class Meta:
        verbose_name = "结对联系"
        indexes: ClassVar = [models.Index(fields=["pairing", "-met_on"], name="pairing_contact")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.pairing.child_id)


class Wanted(models.Model):
    """A need that bodies may take up: said so that nobody can tell whose it is."""

    CHECKING, OPEN, TAKEN, CARRIED, WITHDRAWN = ("checking", "open", "taken", "carried", "withdrawn")
    STATES: ClassVar = [
        (CHECKING, "等另一位同事看过再发布"), (OPEN, "等人接"), (TAKEN, "已同意一家，等填转介单"),
        (CARRIED, "已转介"), (WITHDRAWN, "已撤下"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    town_id = models.BigIntegerField("乡镇", null=True)
    number = models.IntegerField("编号")
    child_id = models.UUIDField("儿童", db_index=True)
    clear = models.JSONField("选项", default=dict)
    words = SealedField("要什么", null=True)
    until_on = models.DateField("到哪天为止")
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN)
    published_at = models.DateTimeField("发布时间")
    published_by = models.UUIDField("发布人")
    post_id = models.UUIDField("发布岗位")
    # The second person who read the words before any body did, and why they went back.
    read_by = models.UUIDField("看过的人", null=True)
    read_at = models.DateTimeField("看过的时间", null=True)
    reason = models.CharField("退回原因", max_length=24, default="", blank=True)
    ended_at = models.DateTimeField("结束", null=True)

    class Meta:
        verbose_name = "发布的需求"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="wanted_number")]
        indexes: ClassVar = [models.Index(fields=["county_id", "state"], name="wanted_county")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Offer(models.Model):
    """A body that would take a need up; of whose it is it learns nothing before the office agreed."""

    WAITING, ACCEPTED, DECLINED, WITHDRAWN = ("waiting", "accepted", "declined", "withdrawn")
    STATES: ClassVar = [
        (WAITING, "等答复"), (ACCEPTED, "已同意"), (DECLINED, "没有同意"), (WITHDRAWN, "已收回"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    wanted = models.ForeignKey(Wanted, models.PROTECT, related_name="offers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    words = SealedField("怎么做", null=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=WAITING)
    at = models.DateTimeField("提出时间")
    person_id = models.UUIDField("提出人")
    post_id = models.UUIDField("提出岗位")
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    reason = models.CharField("原因", max_length=24, default="", blank=True)
    referral_id = models.UUIDField("转介", null=True)

    class Meta:
        verbose_name = "接单"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["wanted", "organisation"], condition=models.Q(state="waiting"), name="offer_once"
            ),
            models.UniqueConstraint(fields=["wanted"], condition=models.Q(state="accepted"), name="offer_accepted"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.wanted_id)
