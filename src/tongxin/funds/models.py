"""Funds and what is booked in them, requests with their approvals, pay-outs to children, wishes.

Money is kept in whole 分. A line of a posting names both its accounts, so that a posting that doesn't balance can't be
written at all; postings are only added, and a mistake is mended by one that turns it round.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class OnlyAdded(models.Model):
    """A row that nobody changes."""

    class Meta:
        abstract = True

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Fund(models.Model):
    """Money or goods of one source, for named purposes, kept apart from every other."""

    MONEY, GOODS = "money", "goods"
    FORMS: ClassVar = [(MONEY, "钱"), (GOODS, "物资")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    number = models.IntegerField("编号")
    source = models.CharField("来源", max_length=24)
    purposes = models.JSONField("用途", default=list)
    form = models.CharField("是钱还是物资", max_length=8, choices=FORMS, default=MONEY)
    words = SealedField("名称、出资方", null=True)
    until_on = models.DateField("用到", null=True)
    opened_at = models.DateTimeField("登记时间")
    opened_by = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")

    class Meta:
        verbose_name = "资金"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="fund_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Balance(models.Model):
    """What stands on an account of a fund; derived from the lines, and the database's own guard against too much."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="balances")
    account = models.CharField("科目", max_length=24)
    is_asset = models.BooleanField("资产")
    amount = models.BigIntegerField("余额（分）", default=0)

    class Meta:
        verbose_name = "余额"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fund", "account"], name="balance_once"),
            models.CheckConstraint(condition=Q(amount__gte=0) | Q(is_asset=False), name="balance_not_below"),
        ]


class Request(models.Model):
    """Money asked for out of a fund, or a posting to be turned round; another person agrees, or several."""

    PAYOUT, PAYMENT, REVERSAL, UNDOING, HANDING = "payout", "payment", "reversal", "undoing", "handing"
    KINDS: ClassVar = [
        (PAYOUT, "发给孩子"), (PAYMENT, "付给单位"), (REVERSAL, "冲正"), (UNDOING, "撤回已同意的用款"),
        (HANDING, "下达"),
    ]
    ASKED, AGREED, REFUSED, WITHDRAWN, DONE = "asked", "agreed", "refused", "withdrawn", "done"
    STATES: ClassVar = [
        (ASKED, "等审批"), (AGREED, "已同意，等付"), (REFUSED, "没有同意"), (WITHDRAWN, "已收回"), (DONE, "办完"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    number = models.IntegerField("编号")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="requests")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    # The pay-out, the acceptance, the posting or the request that was agreed to.
    about_id = models.UUIDField("为哪一件")
    purpose = models.CharField("用途", max_length=24, default="", blank=True)
    amount = models.BigIntegerField("金额（分）")
    needed = models.SmallIntegerField("要几个人同意")
    sure = models.CharField("金额大，怎么核对的", max_length=24, default="", blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default=ASKED)
    at = models.DateTimeField("提出时间")
    person_id = models.UUIDField("提出人")
    post_id = models.UUIDField("提出岗位")
    ended_at = models.DateTimeField("结束", null=True)

    class Meta:
        verbose_name = "用款申请"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "number"], name="request_number"),
            models.UniqueConstraint(
                fields=["about_id"], condition=Q(state__in=["asked", "agreed", "done"]), name="request_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="request_amount"),
        ]
        indexes: ClassVar = [models.Index(fields=["county_id", "state"], name="request_county")]


class Approval(OnlyAdded):
    """What one person said to a request."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, models.PROTECT, related_name="approvals")
    agrees = models.BooleanField("同意")
    reason = models.CharField("原因", max_length=24, default="", blank=True)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("审批人")
    post_id = models.UUIDField("审批岗位")

    class Meta:
        verbose_name = "审批"
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "person_id"], name="fund_approval_once")]


class Posting(OnlyAdded):
    """One event in a fund's book; its id comes with the page, so that twice sent is once booked."""

    DEPOSIT, RESERVE, RELEASE, SPEND, REVERSAL = "deposit", "reserve", "release", "spend", "reversal"
    KINDS: ClassVar = [
        (DEPOSIT, "到账"), (RESERVE, "同意用款"), (RELEASE, "退回"), (SPEND, "付出"), (REVERSAL, "冲正"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="postings")
    number = models.IntegerField("编号")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    booked_on = models.DateField("记账日期")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="postings")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    words = SealedField("摘要", null=True)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("记账人", null=True)
    post_id = models.UUIDField("岗位", null=True)

    class Meta:
        verbose_name = "凭证"
        constraints: ClassVar = [models.UniqueConstraint(fields=["fund", "number"], name="posting_number")]
        indexes: ClassVar = [models.Index(fields=["fund", "booked_on"], name="posting_day")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.fund_id)


class Transfer(OnlyAdded):
    """One line of a posting: the same amount to one account and from another."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="transfers")
    debit = models.CharField("借方", max_length=24)
    credit = models.CharField("贷方", max_length=24)
    amount = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "分录"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_accounts"),
        ]


class Closing(OnlyAdded):
    """A month in which nothing is booked any more, with what stood at its end."""

    county_id = models.BigIntegerField("区县")
    month = models.DateField("月份")
    totals = models.JSONField("月末余额（分）")
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("结账人")
    post_id = models.UUIDField("岗位")

    class Meta:
        verbose_name = "结账"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "month"], name="closing_once")]


class Payout(models.Model):
    """A list of children who get something out of a fund."""

    DRAFT, ASKED, AGREED, SENT, SETTLED, DROPPED = "draft", "asked", "agreed", "sent", "settled", "dropped"
    STATES: ClassVar = [
        (DRAFT, "正在列名单"), (ASKED, "等审批"), (AGREED, "已同意，可以发"), (SENT, "已发出，等结果"),
        (SETTLED, "结果齐了"), (DROPPED, "不发了"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    number = models.IntegerField("编号")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="payouts")
    purpose = models.CharField("用途", max_length=24)
    way = models.CharField("怎么发", max_length=12)
    period = models.CharField("哪一期", max_length=12, default="", blank=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default=DRAFT)
    made_at = models.DateTimeField("建立时间")
    made_by = models.UUIDField("建立人")
    post_id = models.UUIDField("建立岗位")
    sent_at = models.DateTimeField("发出时间", null=True)

    class Meta:
        verbose_name = "发放"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="payout_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Grant(models.Model):
    """What one child gets in a pay-out; whose account it goes to lies under the child's key."""

    LISTED, PAID, RETURNED, REMOVED = "listed", "paid", "returned", "removed"
    STATES: ClassVar = [(LISTED, "还没有结果"), (PAID, "已收到"), (RETURNED, "退回"), (REMOVED, "拿下名单")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="grants")
    number = models.IntegerField("序号")
    child_id = models.UUIDField("儿童", db_index=True)
    amount = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=8, choices=STATES, default=LISTED)
    words = SealedField("收款人、账号", null=True)
    # Who put it on the list with its amount; they don't agree to it.
    listed_by = models.UUIDField("谁加的", null=True)
    again = models.CharField("同类再发的原因", max_length=24, default="", blank=True)
    sure = models.CharField("金额大，怎么核对的", max_length=24, default="", blank=True)
    reason = models.CharField("退回原因", max_length=24, default="", blank=True)
    settled_on = models.DateField("结果日期", null=True)
    receipt_on = models.DateField("签收日期", null=True)
    receipt_by = models.CharField("谁签收", max_length=24, default="", blank=True)
    attachment_id = models.UUIDField("签收单", null=True)

    class Meta:
        verbose_name = "发给一名孩子的"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payout", "child_id"], condition=~Q(state="removed"), name="grant_once"
            ),
            models.UniqueConstraint(fields=["payout", "number"], name="grant_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="grant_amount"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)


class Settlement(OnlyAdded):
    """What somebody said came of a grant, or who signed for it; the newest stands, the others stay to be read."""

    RESULT, RECEIPT, NEED = "result", "receipt", "need"
    KINDS: ClassVar = [(RESULT, "结果"), (RECEIPT, "签收"), (NEED, "办结了应享的待遇")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="settlements")
    kind = models.CharField("种类", max_length=8, choices=KINDS)
    # The state of the grant, who signed, or the need that it met.
    said = models.CharField("记了什么", max_length=24)
    reason = models.CharField("原因", max_length=24, default="", blank=True)
    on_day = models.DateField("日期")
    attachment_id = models.UUIDField("签收单", null=True)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁记的", null=True)
    post_id = models.UUIDField("岗位", null=True)

    class Meta:
        verbose_name = "发放结果"
        indexes: ClassVar = [models.Index(fields=["grant", "at"], name="settlement_grant")]


class Term(OnlyAdded):
    """A later day until which a fund may be used, with what allows it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="terms")
    until_on = models.DateField("用到")
    words = SealedField("凭什么", null=True)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁记的")
    post_id = models.UUIDField("岗位")

    class Meta:
        verbose_name = "延期"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.fund_id)


class Allocation(models.Model):
    """Money of a province's or a city's fund that is handed down to places below, each its portion."""

    ASKED, AGREED, SETTLED, DROPPED = "asked", "agreed", "settled", "dropped"
    STATES: ClassVar = [
        (ASKED, "等审批"), (AGREED, "已下达，等各地确认"), (SETTLED, "各地都答复了"), (DROPPED, "不下达了"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    # Whose fund it comes out of.
    place_id = models.BigIntegerField("下达地区")
    number = models.IntegerField("编号")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="allocations")
    purpose = models.CharField("用途", max_length=24)
    until_on = models.DateField("用到", null=True)
    words = SealedField("文号、要求", null=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default=ASKED)
    made_at = models.DateTimeField("提出时间")
    made_by = models.UUIDField("提出人")
    post_id = models.UUIDField("提出岗位")

    class Meta:
        verbose_name = "下达"
        constraints: ClassVar = [models.UniqueConstraint(fields=["place_id", "number"], name="allocation_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Portion(models.Model):
    """What one place is to get of an allocation; it says itself that the money came, or hands it back."""

    WAITING, RECEIVED, RETURNED = "waiting", "received", "returned"
    STATES: ClassVar = [(WAITING, "等确认"), (RECEIVED, "已收到"), (RETURNED, "退回上级")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="portions")
    place_id = models.BigIntegerField("哪里的", db_index=True)
    amount = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    # The fund of the place in whose book it stands.
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, related_name="portions")
    reason = models.CharField("退回原因", max_length=24, default="", blank=True)
    answered_on = models.DateField("哪天", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    post_id = models.UUIDField("答复岗位", null=True)

    class Meta:
        verbose_name = "下达到一地的"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["allocation", "place_id"], name="portion_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="portion_amount"),
        ]


class Wish(models.Model):
    """A child's small wish: its own words stay under its key; bodies read another text, published without a name."""

    NOTED, PUBLISHED, TAKEN, DELIVERED, DROPPED = "noted", "published", "taken", "delivered", "dropped"
    STATES: ClassVar = [
        (NOTED, "记下了"), (PUBLISHED, "等人认领"), (TAKEN, "有单位认领"), (DELIVERED, "送到了"), (DROPPED, "不要了"),
    ]
    id = models.UUIDField(primary_key=True, editable=False)
    county_id = models.BigIntegerField("区县")
    child_id = models.UUIDField("儿童", db_index=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=NOTED)
    words = SealedField("孩子的话", null=True)
    said = SealedField("孩子的反馈", null=True)
    wanted_id = models.UUIDField("发布的需求", null=True)
    noted_at = models.DateTimeField("登记时间")
    noted_by = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")
    delivered_on = models.DateField("送到日期", null=True)
    liked = models.CharField("孩子喜欢吗", max_length=12, default="", blank=True)
    dropped_at = models.DateTimeField("不要了的时间", null=True)
    dropped_by = models.UUIDField("谁说不要了", null=True)
    drop_reason = models.CharField("为什么不要了", max_length=12, default="", blank=True)

    class Meta:
        verbose_name = "微心愿"
        indexes: ClassVar = [models.Index(fields=["county_id", "state"], name="wish_county")]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)
