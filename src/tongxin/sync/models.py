"""Phones, what each brought and carries, and what waits for a person to decide."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Device(models.Model):
    """A phone that one person paired from one post; of its token only a digest is kept.

    `recovery` is the private half of the key to which the phone also seals what it has not sent yet.
    """

    ACTIVE, REVOKED, WIPE, WIPED = "active", "revoked", "wipe", "wiped"
    STATES: ClassVar = [(ACTIVE, "在用"), (REVOKED, "已停用"), (WIPE, "等待清除"), (WIPED, "已清除")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person_id = models.UUIDField("使用人")
    post_id = models.UUIDField("岗位")
    label = SealedField("名称")
    state = models.CharField("状态", max_length=8, choices=STATES, default=ACTIVE)
    token_digest = models.CharField(max_length=64)
    token_until = models.DateTimeField("登录有效至")
    recovery = SealedField("找回密钥")
    app = models.CharField("版本", max_length=40, default="")
    paired_at = models.DateTimeField("登记时间")
    seen_at = models.DateTimeField("最近联系")
    synced_at = models.DateTimeField("最近同步完", null=True)
    ended_at = models.DateTimeField("停用时间", null=True)
    ended_by = models.UUIDField("停用人", null=True)
    telemetry = models.JSONField("运行情况", default=dict)
    # The number of the last answer that brought something down.
    turn = models.IntegerField(default=0)

    class Meta:
        verbose_name = "手机"
        indexes: ClassVar = [
            models.Index(fields=["person_id", "paired_at"], name="device_person"),
            models.Index(fields=["post_id"], name="device_post"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Carried(models.Model):
    """A child whose file a phone holds, or held until it was told to let go.

    `turn` is the answer that brought it, `gone_turn` the one that took it away: a phone whose cursor is older never
    got that answer. `position` is how much of the record the file knew of.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="carried")
    child_id = models.UUIDField("儿童")
    since = models.DateTimeField("下载时间")
    turn = models.IntegerField()
    position = models.BigIntegerField()
    gone_at = models.DateTimeField("移出时间", null=True)
    gone_turn = models.IntegerField(null=True)

    class Meta:
        verbose_name = "手机上的档案"
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "child_id"], name="carried_once")]
        indexes: ClassVar = [models.Index(fields=["child_id"], name="carried_child")]


class Receipt(models.Model):
    """What was said of one entry as it was sent: the same id with the same content gets the same answer for ever."""

    ARRIVED, HELD, PUT_ASIDE = "arrived", "held", "put_aside"
    STATES: ClassVar = [(ARRIVED, "已送到"), (HELD, "待核对"), (PUT_ASIDE, "已搁置")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    entry_id = models.UUIDField("记录")
    number = models.CharField("回执号", max_length=12, unique=True)
    digest = models.BinaryField("摘要")
    # Whose key made the digest: the child's, or one of its own while the child is not known here.
    owner_kind = models.CharField(max_length=16)
    owner_id = models.UUIDField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="receipts")
    state = models.CharField("结果", max_length=12, choices=STATES)
    reason = models.CharField("原因", max_length=20, default="")
    shifted = models.IntegerField("时间校正秒数", default=0)
    received_at = models.DateTimeField("收到时间")
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_event = models.UUIDField(null=True)

    class Meta:
        verbose_name = "回执"
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry_id", "digest"], name="receipt_copy")]
        indexes: ClassVar = [
            models.Index(fields=["device", "settled_event"], name="receipt_settled"),
            models.Index(fields=["received_at"], name="receipt_received"),
        ]

    @property
    def owner(self) -> Owner:
        return Owner(self.owner_kind, self.owner_id)


class Arrival(models.Model):
    """An entry that was kept but not recorded: whole and sealed, with somebody who decides by a moment."""

    RECORDED, ASIDE = "recorded", "put_aside"
    OUTCOMES: ClassVar = [(RECORDED, "已登记"), (ASIDE, "已搁置")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="arrival")
    device = models.ForeignKey(Device, models.PROTECT, related_name="arrivals")
    person_id = models.UUIDField("填写人")
    post_id = models.UUIDField("填写岗位")
    owner_kind = models.CharField(max_length=16)
    owner_id = models.UUIDField()
    # The child as far as the server knows one; `named_id` is what the phone called it.
    child_id = models.UUIDField("儿童", null=True)
    named_id = models.UUIDField("手机上的编号", null=True)
    division_id = models.BigIntegerField("地方", null=True)
    form_id = models.CharField("表单", max_length=40, default="")
    content = SealedField("内容")
    found = SealedField("问题")
    fields = models.JSONField("有出入的项目", default=list)
    held_id = models.UUIDField("待核记录", null=True)
    is_danger = models.BooleanField("有危险信号", default=False)
    decider_id = models.UUIDField("负责核对的岗位", null=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)
    due_at = models.DateTimeField("到期")
    received_at = models.DateTimeField("收到时间")
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.UUIDField("处理人", null=True)
    settled_post = models.UUIDField("处理岗位", null=True)
    outcome = models.CharField("结果", max_length=12, choices=OUTCOMES, default="")
    aside = models.CharField("搁置理由", max_length=24, default="")
    because = SealedField("说明", null=True)

    class Meta:
        verbose_name = "待核对的手机记录"
        indexes: ClassVar = [
            models.Index(fields=["settled_at", "due_at", "id"], name="arrival_waiting"),
            models.Index(fields=["child_id"], name="arrival_child"),
            models.Index(fields=["named_id"], name="arrival_named"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner(self.owner_kind, self.owner_id)


class ChildAlias(models.Model):
    """A child opened on a phone who had a file already: what the phone says of one is about the other."""

    phone_id = models.UUIDField(primary_key=True)
    child_id = models.UUIDField("儿童")
    device = models.ForeignKey(Device, models.PROTECT, related_name="aliases")
    at = models.DateTimeField("时间")
    by = models.UUIDField("认定人", null=True)

    class Meta:
        verbose_name = "同一儿童（手机）"


class Blob(models.Model):
    """A photo, a recording or a signature on its way in; once whole and its entry is there, it is an attachment."""

    id = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="blobs")
    entry_id = models.UUIDField("所附记录", db_index=True)
    kind = models.CharField("种类", max_length=16)
    total = models.BigIntegerField("大小")
    received = models.BigIntegerField("已收到", default=0)
    begun_at = models.DateTimeField("开始时间")
    is_attached = models.BooleanField("已存为附件", default=False)
    problem = models.CharField("没有收的原因", max_length=200, default="")
    # Whole, its entry in the record, and yet for a person to decide: it came from a phone that was stopped.
    held_at = models.DateTimeField("待核对起", null=True)
    child_id = models.UUIDField("儿童", null=True)
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.UUIDField("处理人", null=True)
    settled_post = models.UUIDField("处理岗位", null=True)
    outcome = models.CharField("结果", max_length=12, choices=Arrival.OUTCOMES, default="")

    class Meta:
        verbose_name = "传送中的文件"

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Piece(models.Model):
    """Some bytes of a file on its way in, sealed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    blob = models.ForeignKey(Blob, models.CASCADE, related_name="pieces")
    offset = models.BigIntegerField("起点")
    content = SealedField("内容")

    class Meta:
        verbose_name = "文件片段"
        constraints: ClassVar = [models.UniqueConstraint(fields=["blob", "offset"], name="piece_once")]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.blob_id)
