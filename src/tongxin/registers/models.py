"""Lines of registers, their versions, what was done about them, and papers; only the line's summary is rewritten."""

from typing import Any, ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

PROCESSING, IMPACT, INCIDENT, AGREEMENT, DUTY = REGISTERS = (
    "processing", "impact", "incident", "agreement", "duty"
)


class Line(models.Model):
    """One line of a register. State and due moment follow from its versions and steps, for lists and the watch."""

    WAITING, RETURNED, IN_FORCE, ENDED = "waiting", "returned", "in_force", "ended"
    EXPIRED, CERTIFIED, OPEN, CLOSED = "expired", "certified", "open", "closed"
    STATES: ClassVar = [
        (WAITING, "等另一人核对"), (RETURNED, "退回修改"), (IN_FORCE, "有效"), (ENDED, "已结束"),
        (EXPIRED, "到期，等返还或销毁证明"), (CERTIFIED, "证明已交，等另一人核对"),
        (OPEN, "处置中"), (CLOSED, "已结案"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    register = models.CharField("登记簿", max_length=20)
    county_id = models.BigIntegerField("区县")
    year = models.IntegerField("年份")
    number = models.IntegerField("编号")
    topic = models.CharField("类别", max_length=40)
    state = models.CharField("状态", max_length=12, choices=STATES)
    due_at = models.DateTimeField("最近的期限", null=True)
    ring_at = models.DateTimeField("下次提醒", null=True)
    opened_at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")

    class Meta:
        verbose_name = "登记"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "register", "year", "number"], name="register_line_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["county_id", "register", "state"], name="register_lines"),
            models.Index(fields=["ring_at"], name="register_rings"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Kept(models.Model):
    """A row of a line that is never changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁", null=True)
    post_id = models.UUIDField("岗位", null=True)
    clear = models.JSONField("选项", default=dict)
    words = SealedField("文字", null=True)

    class Meta:
        abstract = True

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.line_id)  # type: ignore[attr-defined]


class Version(Kept):
    """What a line says from a moment on; the former versions stay."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="versions")
    number = models.IntegerField("版次")
    # What the system itself knew of it at that moment.
    known = models.JSONField("系统所知", default=dict)

    class Meta:
        verbose_name = "版次"
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "number"], name="register_version_number")]


class Step(Kept):
    """What somebody did about a line: judged it, told somebody, mended something, proved its end, closed it."""

    REVIEWED, TOLD, SKIPPED, ENDED, CERTIFIED, CLOSED, RUNG = (
        "reviewed", "told", "skipped", "ended", "certified", "closed", "rung"
    )
    KINDS: ClassVar = [
        (REVIEWED, "核对"), (TOLD, "办理"), (SKIPPED, "说明不办的理由"), (ENDED, "结束"), (CERTIFIED, "交证明"),
        (CLOSED, "结案"), (RUNG, "提醒"),
    ]
    line = models.ForeignKey(Line, models.PROTECT, related_name="steps")
    kind = models.CharField("做了什么", max_length=12, choices=KINDS)
    # Which clock it stops, or which version it judges.
    stage = models.CharField("哪一步", max_length=40, default="")
    outcome = models.CharField("结果", max_length=20, default="")
    happened_at = models.DateTimeField("发生时间")

    class Meta:
        verbose_name = "办理"
        indexes: ClassVar = [models.Index(fields=["line", "at"], name="register_steps")]


class Paper(models.Model):
    """A scan that proves a step, sealed; its hash is in clear so that the original can be held against it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    step = models.OneToOneField(Step, models.PROTECT, related_name="paper")
    media_type = models.CharField("格式", max_length=40)
    size = models.IntegerField("大小")
    sha256 = models.CharField("摘要", max_length=64)
    content = SealedField("内容")

    class Meta:
        verbose_name = "证明扫描件"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.step.line_id)
