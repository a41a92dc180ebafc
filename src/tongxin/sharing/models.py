"""Agreements with their versions and both sides' words, what was asked and delivered under them, what is awaited.

Versions and words are only added. A delivery's content is sealed under a key of its own, destroyed with it; the row
stays and says who had what, until when, and how it ended.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

GIVER, RECEIVER = SIDES = ("giver", "receiver")


class Agreement(models.Model):
    """What two bodies agreed on. State and days are a summary that `flows.sharing_agreements.settle` finds anew."""

    DRAFTED, REFUSED, AGREED, IN_FORCE, EXPIRED, REVOKED = (
        "drafted", "refused", "agreed", "in_force", "expired", "revoked"
    )
    STATES: ClassVar = [
        (DRAFTED, "等双方同意"), (REFUSED, "没有同意"), (AGREED, "双方已同意，还没到起始日"), (IN_FORCE, "有效"),
        (EXPIRED, "已到期"), (REVOKED, "已终止"),
    ]
    OVER: ClassVar = (REFUSED, EXPIRED, REVOKED)
    OUT, IN = "out", "in"
    WAYS: ClassVar = [(OUT, "给对方"), (IN, "对方给我们")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    # Which way it flows. `from` is the county's own body and `to` the other one, whichever gives.
    way = models.CharField("方向", max_length=4, choices=WAYS, default=OUT)
    year = models.IntegerField("年份")
    number = models.IntegerField("编号")
    from_organisation_id = models.BigIntegerField("给出单位")
    to_organisation_id = models.BigIntegerField("接收单位", db_index=True)
    person_id = models.UUIDField("写的人")
    post_id = models.UUIDField("写的岗位")
    opened_at = models.DateTimeField("登记时间")
    state = models.CharField("状态", max_length=12, choices=STATES, default=DRAFTED)
    current = models.ForeignKey("Version", models.PROTECT, null=True, related_name="+")
    # The next moment at which time alone changes something.
    look_at = models.DateTimeField("下次检查", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_by = models.UUIDField("结束的人", null=True)
    ended_post_id = models.UUIDField("结束的岗位", null=True)
    reason = models.CharField("为什么结束", max_length=24, default="")
    words = SealedField("结束的说明", null=True)

    class Meta:
        verbose_name = "共享协议"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="agreement_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["county_id", "state"], name="agreement_county"),
            models.Index(fields=["look_at"], name="agreement_looks"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)

    @property
    def number_zh(self) -> str:
        return f"共享 {self.year}-{self.number}"


class Added(models.Model):
    """A row that is never changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁")
    post_id = models.UUIDField("岗位")
    words = SealedField("文字", null=True)

    class Meta:
        abstract = True

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Version(Added):
    """What an agreement says from a day on; the former ones stay."""

    STANDING, ASKED, BROUGHT = "standing", "asked", "brought"
    FLOWS: ClassVar = [
        (STANDING, "内容有变化就给"), (ASKED, "对方一次一次地要"), (BROUGHT, "对方带名单来比对"),
    ]
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.IntegerField("版次")
    purpose = models.CharField("用途", max_length=40)
    flow = models.CharField("方式", max_length=12, choices=FLOWS)
    fields = models.JSONField("内容", default=list)
    scope = models.JSONField("哪些孩子", default=dict)
    begins_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期")
    definition_hash = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = "协议版次"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_number")
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.agreement_id)


class Approval(Added):
    """One side's word on a version."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="approvals")
    side = models.CharField("哪一方", max_length=8)
    agrees = models.BooleanField("同意")

    class Meta:
        verbose_name = "一方的意见"
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "side"], name="approval_once")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.version.agreement_id)


class Request(models.Model):
    """What the receiving side asks for once, under an agreement."""

    WAITING, AGREED, REFUSED, WITHDRAWN, VOID = "waiting", "agreed", "refused", "withdrawn", "void"
    STATES: ClassVar = [
        (WAITING, "等答复"), (AGREED, "已同意"), (REFUSED, "没有同意"), (WITHDRAWN, "已收回"),
        (VOID, "协议结束，不再办"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="requests")
    fields = models.JSONField("内容", default=list)
    is_everyone = models.BooleanField("范围里全部孩子")
    until_on = models.DateField("用到哪天")
    words = SealedField("写了什么", null=True)
    person_id = models.UUIDField("提出的人")
    post_id = models.UUIDField("提出的岗位")
    at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=12, choices=STATES, default=WAITING)
    reason = models.CharField("理由", max_length=24, default="")
    answer = SealedField("答复", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复的人", null=True)

    class Meta:
        verbose_name = "一次性申请"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Duty(models.Model):
    """Something that one side has to do by a moment; late, it climbs one person at a time."""

    APPROVE, ANSWER, RECEIVE, DISPOSE = "approve", "answer", "receive", "dispose"
    KINDS: ClassVar = [
        (APPROVE, "对协议说同意或不同意"), (ANSWER, "答复一次性申请"), (RECEIVE, "签收"), (DISPOSE, "退回或销毁"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="duties")
    kind = models.CharField("做什么", max_length=8, choices=KINDS)
    side = models.CharField("哪一方", max_length=8)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="duties")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="duties")
    reason = models.CharField("为什么", max_length=12, default="")
    at = models.DateTimeField("开始")
    due_at = models.DateTimeField("期限")
    ring_at = models.DateTimeField("下次提醒", null=True, db_index=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)
    first_post_id = models.UUIDField("先由哪个岗位", null=True)
    owner_post_id = models.UUIDField("负责岗位", null=True, db_index=True)
    done_at = models.DateTimeField("办完", null=True)
    done_by = models.UUIDField("谁办的", null=True)
    outcome = models.CharField("结果", max_length=24, default="")
    words = SealedField("情况", null=True)

    class Meta:
        verbose_name = "待办"
        indexes: ClassVar = [models.Index(fields=["agreement", "kind", "done_at"], name="duty_open")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.agreement_id)


class Delivery(models.Model):
    """The agreed fields of one child on their way to the other side, and what became of them."""

    QUEUED, WAITING, OPENED, RECEIVED, VOID, CLOSED, DUE, DISPOSED = (
        "queued", "waiting", "opened", "received", "void", "closed", "due", "disposed"
    )
    STATES: ClassVar = [
        (QUEUED, "等发出"), (WAITING, "已送达，没有打开"), (OPENED, "打开了，还没签收"), (RECEIVED, "已签收"),
        (VOID, "没有发出"), (CLOSED, "没有打开就关了"), (DUE, "要退回或销毁"), (DISPOSED, "已了结"),
    ]
    # Words of the child stand on the other side, or may have been copied there.
    READABLE: ClassVar = (WAITING, OPENED, RECEIVED)
    TAKEN: ClassVar = (OPENED, RECEIVED)
    LIVE: ClassVar = (QUEUED, WAITING, OPENED, RECEIVED)
    REASONS: ClassVar = {
        "revoked": "协议终止", "expired": "协议到期", "used": "用到的日子到了", "consent": "没有同意共享，或撤回了同意",
        "scope": "孩子已不在协议的范围里", "narrowed": "协议改了范围或内容", "erased": "档案已删除",
        "unchanged": "内容没有变化", "replaced": "由新的一份代替",
    }
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="deliveries")
    version = models.ForeignKey(Version, models.PROTECT, related_name="deliveries")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="deliveries")
    child_id = models.UUIDField("儿童", db_index=True)
    code = models.CharField("编号", max_length=24, unique=True)
    fields = models.JSONField("内容", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default=QUEUED)
    reason = models.CharField("为什么结束", max_length=12, default="")
    content = SealedField("内容", null=True)
    # Of the child's row as it lies sealed, and of the words under the child's key: what has not changed isn't sent.
    mark = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")
    queued_at = models.DateTimeField("排队时间")
    sent_at = models.DateTimeField("送达时间", null=True)
    until_on = models.DateField("可以用到", null=True)
    opened_at = models.DateTimeField("打开时间", null=True)
    opened_by = models.UUIDField("谁打开的", null=True)
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.UUIDField("谁签收的", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="deliveries")

    class Meta:
        verbose_name = "给出的一份"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "child_id"], name="queued_once", condition=Q(state="queued", request__isnull=True)
            ),
            models.UniqueConstraint(fields=["request", "child_id"], name="requested_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agreement", "state"], name="delivery_agreement"),
            models.Index(fields=["state", "queued_at"], name="delivery_queue"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)

    @property
    def is_taken(self) -> bool:
        return self.state in self.TAKEN
