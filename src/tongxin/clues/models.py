"""A clue with its summary for lists, what was said (sealed), the steps taken, and pictures that came with it."""

from typing import Any, ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

RECEIVED, ASSIGNED, RESPONDED, HANDLED, CALLED_BACK, CLOSED = STATES = (
    "received", "assigned", "responded", "handled", "called_back", "closed"
)
STATES_ZH = {
    RECEIVED: "待答复", ASSIGNED: "已指派，待答复", RESPONDED: "已答复，办理中", HANDLED: "已办好，待回访",
    CALLED_BACK: "已回访，待了结", CLOSED: "已了结",
}


class Clue(models.Model):
    """One clue. State, owner and due moment follow from its steps; only this summary is rewritten."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    year = models.IntegerField("年份")
    number = models.IntegerField("编号")
    county_id = models.BigIntegerField("区县")
    town_id = models.BigIntegerField("乡镇", null=True)
    channel = models.CharField("渠道", max_length=40)
    matter = models.CharField("事项", max_length=40, default="other")
    danger = models.CharField("危险程度", max_length=20)
    # A matter of somebody who works here is seen from above that level only (spine A10).
    above_level = models.CharField("避开的层级", max_length=8, default="")
    received_at = models.DateTimeField("收到")
    taken_at = models.DateTimeField("登记")
    person_id = models.UUIDField("登记人", null=True)
    post_id = models.UUIDField("登记岗位", null=True)
    clear = models.JSONField("选项", default=dict)
    words = SealedField("说的话", null=True)
    reporter = SealedField("谁说的、怎么联系", null=True)
    # Of the code that whoever told it keeps; the code itself stands nowhere.
    code_digest = models.CharField("查询码", max_length=64, default="", db_index=True)
    child_id = models.UUIDField("对上的孩子", null=True, db_index=True)
    entry_id = models.UUIDField("记到档案里的记录", null=True)
    state = models.CharField("状态", max_length=12, choices=list(STATES_ZH.items()), default=RECEIVED)
    owner_post_id = models.UUIDField("负责岗位", null=True)
    # Whose it was before it climbed.
    answers_post_id = models.UUIDField("交给的岗位", null=True)
    due_at = models.DateTimeField("期限", null=True)
    ring_at = models.DateTimeField("下次上报", null=True)
    climbed = models.SmallIntegerField("上报次数", default=0)
    respond_by = models.DateTimeField("答复期限")
    handle_by = models.DateTimeField("办理期限")
    responded_at = models.DateTimeField("第一次答复", null=True)
    handled_at = models.DateTimeField("办好", null=True)
    closed_at = models.DateTimeField("了结", null=True)
    satisfied = models.CharField("满意", max_length=8, default="")

    class Meta:
        verbose_name = "线索"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="clue_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["county_id", "received_at"], name="clue_received"),
            models.Index(fields=["owner_post_id", "state", "due_at"], name="clue_owner"),
            models.Index(fields=["ring_at"], name="clue_rings"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Step(models.Model):
    """What was done about a clue: only added."""

    MATCHED, UNMATCHED, RAISED, CLIMBED, RETURNED, RECEIPT, LIFTED, LEFT = (
        "matched", "unmatched", "raised", "climbed", "returned", "receipt", "lifted", "left"
    )
    KINDS: ClassVar = [
        (ASSIGNED, "指派"), (RESPONDED, "答复"), (HANDLED, "办好"), (CALLED_BACK, "回访"), (CLOSED, "了结"),
        (MATCHED, "对上孩子的档案"), (UNMATCHED, "核对过，不是这个孩子"), (RAISED, "调高危险程度"),
        (CLIMBED, "逾期，上报"), (RETURNED, "不满意，退回重办"), (RECEIPT, "又收到一次"),
        (LIFTED, "涉及工作人员，由上一级接手"), (LEFT, "有危险，没有找到孩子，告诉上一级"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="steps")
    kind = models.CharField("做了什么", max_length=12, choices=KINDS)
    at = models.DateTimeField("时间")
    happened_at = models.DateTimeField("发生时间")
    person_id = models.UUIDField("谁", null=True)
    post_id = models.UUIDField("岗位", null=True)
    # To whom it went.
    to_post_id = models.UUIDField("交给", null=True)
    clear = models.JSONField("选项", default=dict)
    words = SealedField("文字", null=True)

    class Meta:
        verbose_name = "线索办理"
        indexes: ClassVar = [models.Index(fields=["clue", "at"], name="clue_steps")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.clue_id)


class Picture(models.Model):
    """A file that came with a clue, looked at by its bytes and sealed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="pictures")
    media_type = models.CharField("格式", max_length=40)
    size = models.IntegerField("大小")
    sha256 = models.CharField("摘要", max_length=64)
    content = SealedField("内容")

    class Meta:
        verbose_name = "线索附件"

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.clue_id)


class Inbound(models.Model):
    """That a message came through a signed door, so that the same one counts once; its words stand in the clue."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    door = models.CharField("门", max_length=20)
    received_at = models.DateTimeField("收到", db_index=True)
    clue = models.ForeignKey(Clue, models.PROTECT, null=True, related_name="messages")

    class Meta:
        verbose_name = "收到的消息"
