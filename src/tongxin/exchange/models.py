"""Who may come by machine, with which tokens, what they called, and how they are told that something is new."""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Organisation, Post
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Client(models.Model):
    """A system of another body: it sees what one post of that body sees, and of that only its scopes."""

    ASKED, AGREED, REFUSED, ENDED = STATES = ("asked", "agreed", "refused", "ended")
    STATES_ZH: ClassVar = [(ASKED, "等另一位管理员同意"), (AGREED, "在用"), (REFUSED, "没有同意"), (ENDED, "已停用")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="代表的岗位")
    name = models.CharField("系统名称", max_length=60)
    agreement_id = models.UUIDField("协议", null=True)
    scopes = models.JSONField("范围", default=list)
    networks = models.JSONField("来源网段", default=list)
    expires_on = models.DateField("用到")
    state = models.CharField("状态", max_length=8, choices=STATES_ZH, default=ASKED)
    asked_at = models.DateTimeField("登记时间")
    asked_by = models.UUIDField("登记人")
    answered_at = models.DateTimeField("同意时间", null=True)
    answered_by = models.UUIDField("同意人", null=True)
    ended_at = models.DateTimeField("停用时间", null=True)
    ended_by = models.UUIDField("停用人", null=True)

    class Meta:
        verbose_name = "接口客户端"
        indexes: ClassVar = [models.Index(fields=["county_id", "state"], name="client_county")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Token(models.Model):
    """One token; only a keyed digest is kept, and it is shown once."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="tokens")
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_at = models.DateTimeField("发出时间")
    made_by = models.UUIDField("发出人")
    ends_at = models.DateTimeField("失效时间", null=True)

    class Meta:
        verbose_name = "接口令牌"


class Call(models.Model):
    """One call with what became of it; only added. What was opened stands in the looks of the ledger besides."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="calls")
    at = models.DateTimeField("时间")
    operation = models.CharField("做什么", max_length=40)
    status = models.SmallIntegerField("结果")

    class Meta:
        verbose_name = "接口调用"
        indexes: ClassVar = [models.Index(fields=["client", "-at"], name="call_newest")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Receipt(models.Model):
    """What a request that writes led to: the same request again gets the same answer."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="receipts")
    key = models.UUIDField("请求号")
    operation = models.CharField("做什么", max_length=40)
    digest = models.CharField("内容摘要", max_length=64)
    made_id = models.UUIDField("写下的", db_index=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "接口收据"
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "key"], name="receipt_once")]


class Hook(models.Model):
    """Where a client wants to be told that something is new."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="hooks")
    url = models.CharField("地址", max_length=300)
    kinds = models.JSONField("事件", default=list)
    # hmac: both sides know the secret; ed25519: only we do, and `public_key` is for everybody.
    algorithm = models.CharField("签名", max_length=8)
    public_key = models.CharField("公钥", max_length=64, default="", blank=True)
    secret = SealedField("密钥")
    made_at = models.DateTimeField("登记时间")
    made_by = models.UUIDField("登记人")
    paused_at = models.DateTimeField("暂停", null=True)
    ended_at = models.DateTimeField("停用", null=True)

    class Meta:
        verbose_name = "事件通知"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.client_id)


class Delivery(models.Model):
    """One piece of news for one hook: ids only."""

    WAITING, SENDING, SENT, DEAD = ("waiting", "sending", "sent", "dead")
    STATES: ClassVar = [
        (WAITING, "等待发出"), (SENDING, "正在发"), (SENT, "对方已收到"), (DEAD, "没有送到，已停止重试"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    hook = models.ForeignKey(Hook, models.PROTECT, related_name="deliveries")
    kind = models.CharField("事件", max_length=40)
    # What it is about, once for each hook and kind.
    source_id = models.UUIDField("来由")
    about_id = models.UUIDField("到哪里取")
    happened_at = models.DateTimeField("发生时间")
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    attempts = models.SmallIntegerField("次数", default=0)
    not_before = models.DateTimeField("最早")
    claimed_by = models.CharField(max_length=60, default="", blank=True)
    claimed_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField("对方答复", null=True)
    reason = models.CharField("原因", max_length=24, default="", blank=True)
    ended_at = models.DateTimeField("结束", null=True)

    class Meta:
        verbose_name = "事件投递"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "kind", "source_id"], name="hook_delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="hook_delivery_due"),
            models.Index(fields=["hook", "-happened_at"], name="hook_delivery_newest"),
        ]


class Try(models.Model):
    """One try to deliver; only added."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tried")
    at = models.DateTimeField("时间")
    status = models.SmallIntegerField("对方答复", null=True)
    reason = models.CharField("原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "投递经过"

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})
