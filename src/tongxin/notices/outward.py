"""What goes out of the house: to which addresses of a person, when, and how each try went."""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Person
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Address(models.Model):
    """Where a person wants to be reached outside; used once they showed that it is theirs."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    channel = models.CharField("方式", max_length=12)
    address = SealedField("地址", null=True)
    # The same browser twice is one address; a keyed digest.
    mark = models.CharField("摘要", max_length=64)
    added_at = models.DateTimeField("登记时间")
    asked_at = models.DateTimeField("发出确认码", null=True)
    tries = models.SmallIntegerField("填错次数", default=0)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    removed_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = "接收地址"
        indexes: ClassVar = [models.Index(fields=["person", "removed_at"], name="address_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "channel", "mark"], condition=models.Q(removed_at__isnull=True), name="address_once"
            )
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.person_id)


class Preference(models.Model):
    """When a person doesn't want to be disturbed, and when their day's summary comes."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    quiet_from = models.TimeField("免打扰从", null=True)
    quiet_until = models.TimeField("免打扰到", null=True)
    digest_at = models.TimeField("汇总时刻", null=True)
    digested_on = models.DateField("最近汇总", db_index=True)

    class Meta:
        verbose_name = "通知设置"


class Delivery(models.Model):
    """One message to one address; no row is ever taken away, and none is sent under two keys."""

    QUEUED, SENDING, SENT, FAILED, GIVEN_UP, SPARED = "queued", "sending", "sent", "failed", "given_up", "spared"
    STATES = (
        (QUEUED, "等待发出"), (SENDING, "正在发"), (SENT, "已发出"), (FAILED, "没有发成，会再试"),
        (GIVEN_UP, "没有发成，已放弃"), (SPARED, "已看过，不用发"),
    )
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    to = models.ForeignKey(Address, models.PROTECT, related_name="deliveries")
    kind = models.CharField("种类", max_length=8)
    notice_id = models.BigIntegerField(null=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default=QUEUED)
    attempts = models.SmallIntegerField("次数", default=0)
    not_before = models.DateTimeField("最早")
    claimed_by = models.CharField(max_length=60, default="", blank=True)
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField("时间")
    ended_at = models.DateTimeField("结束", null=True)
    reason = models.CharField("原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "发出的通知"
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="delivery_due"),
            models.Index(fields=["-created_at"], name="delivery_newest"),
        ]


class Attempt(models.Model):
    """One try to send a message; only added."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tried")
    at = models.DateTimeField("时间")
    outcome = models.CharField("结果", max_length=8, choices=Delivery.STATES)
    reason = models.CharField("原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "发送经过"
