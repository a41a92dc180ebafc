"""Programmes with their budgets, contracts, what is to be delivered, and acceptances made of real records."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.accounts.models import Organisation
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Programme(models.Model):
    """Something that is paid for: a purchased service, venture philanthropy, a subsidy, a donation."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    number = models.IntegerField("编号")
    kind = models.CharField("种类", max_length=24)
    # The template of the definition it began from; empty where it was written freely.
    template = models.CharField("照哪个样子", max_length=24, default="", blank=True)
    # Money lies in a fund; the package of funds is a neighbour of this one.
    fund_id = models.UUIDField("资金")
    from_on = models.DateField("开始")
    to_on = models.DateField("结束")
    words = SealedField("名称、要做什么", null=True)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")

    class Meta:
        verbose_name = "项目"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="programme_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class BudgetLine(models.Model):
    """How much of a programme is meant for what; a change is another line."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="budget")
    purpose = models.CharField("用途", max_length=24)
    # Below nought where less is meant for it than before.
    amount = models.BigIntegerField("金额（分）")
    reason = models.CharField("为什么改", max_length=24, default="", blank=True)
    # The form that changed it, so that twice sent is once changed.
    change_id = models.UUIDField("哪一次改", null=True)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("登记人")

    class Meta:
        verbose_name = "预算"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "change_id"], name="budget_change_once")
        ]


class Contract(models.Model):
    """What a body promises to do for a programme, from–to."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="contracts")
    number = models.IntegerField("编号")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="承接单位")
    purpose = models.CharField("列支用途", max_length=24)
    from_on = models.DateField("开始")
    to_on = models.DateField("结束")
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")
    # Ended before its last day: what was done until then still counts.
    ended_at = models.DateTimeField("提前结束", null=True)
    ended_on = models.DateField("做到哪天", null=True)
    ended_by = models.UUIDField("谁登记的", null=True)
    end_reason = models.CharField("为什么提前结束", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "合同"
        constraints: ClassVar = [models.UniqueConstraint(fields=["programme", "number"], name="contract_number")]

    @property
    def last_on(self) -> date:
        """The last day whose work counts."""
        return self.ended_on or self.to_on


class Deliverable(models.Model):
    """One thing to be delivered: counted by a rule of the definition, so many at this price each."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="deliverables")
    rule = models.CharField("按什么计数", max_length=40)
    target = models.IntegerField("约定数量")
    price = models.BigIntegerField("单价（分）")

    class Meta:
        verbose_name = "交付"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "rule"], name="deliverable_once"),
            models.CheckConstraint(condition=Q(target__gt=0) & Q(price__gte=0), name="deliverable_numbers"),
        ]


class Acceptance(models.Model):
    """What was counted for a contract between two days; another person accepts it."""

    DRAWN, ACCEPTED, REFUSED, UNPAID = "drawn", "accepted", "refused", "unpaid"
    STATES: ClassVar = [
        (DRAWN, "等验收"), (ACCEPTED, "通过"), (REFUSED, "没有通过"), (UNPAID, "没有付款，要重新数"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="acceptances")
    number = models.IntegerField("第几次")
    from_on = models.DateField("从")
    to_on = models.DateField("到")
    amount = models.BigIntegerField("金额（分）")
    # By rule: how many were left out for which reason.
    left_out = models.JSONField("没有计入", default=dict)
    state = models.CharField("状态", max_length=8, choices=STATES, default=DRAWN)
    drawn_at = models.DateTimeField("计数时间")
    drawn_by = models.UUIDField("计数人")
    post_id = models.UUIDField("岗位")
    decided_at = models.DateTimeField("验收时间", null=True)
    decided_by = models.UUIDField("验收人", null=True)
    reason = models.CharField("没有通过的原因", max_length=24, default="", blank=True)
    request_id = models.UUIDField("用款申请", null=True)

    class Meta:
        verbose_name = "验收"
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "number"], name="acceptance_number")]


class Counted(models.Model):
    """One record that is paid for, once in all contracts; let go when the acceptance is refused."""

    acceptance = models.ForeignKey(Acceptance, models.PROTECT, related_name="counted")
    rule = models.CharField("按什么计数", max_length=40)
    record_id = models.UUIDField("记录")
    child_id = models.UUIDField("儿童", null=True)
    happened_on = models.DateField("日期")
    is_live = models.BooleanField("算数", default=True)

    class Meta:
        verbose_name = "计入的记录"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_id"], condition=Q(is_live=True), name="counted_once")
        ]
        indexes: ClassVar = [models.Index(fields=["acceptance", "rule"], name="counted_acceptance")]
