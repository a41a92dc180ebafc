"""What people said of why they look, and what somebody else said of it; words are sealed."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class OfChild(models.Model):
    """Somebody's own act towards one child's file, with words under the child's key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童")
    county_id = models.BigIntegerField("区县", null=True)
    person_id = models.UUIDField("谁")
    post_id = models.UUIDField("岗位")
    words = SealedField("说明", null=True)

    class Meta:
        abstract = True

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)


class Statement(OfChild):
    """A purpose that somebody stated, in force until a moment once it needs no word or has one."""

    purpose = models.CharField("用途", max_length=40)
    said_at = models.DateTimeField("提出时间")
    waits = models.BooleanField("待批", default=False)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    until_at = models.DateTimeField("有效期至", null=True)

    class Meta:
        verbose_name = "查看用途"
        indexes: ClassVar = [
            models.Index(fields=["person_id", "child_id", "until_at"], name="statement_in_force"),
            models.Index(fields=["waits", "county_id"], name="statement_waits"),
        ]


class Glass(OfChild):
    """A file opened in an emergency by somebody outside its line, and what another person said of it."""

    # Named by definitions, and read by figures, incidents and the review itself.
    UNJUSTIFIED = "unjustified"
    kind = models.CharField("原因", max_length=40)
    broken_at = models.DateTimeField("开始时间")
    until_at = models.DateTimeField("自动结束")
    ended_at = models.DateTimeField("提前结束", null=True)
    review_due_at = models.DateTimeField("复核期限")
    reviewed_at = models.DateTimeField("复核时间", null=True)
    reviewed_by = models.UUIDField("复核人", null=True)
    outcome = models.CharField("复核结果", max_length=40, default="")
    review = SealedField("复核意见", null=True)

    class Meta:
        verbose_name = "紧急调阅"
        indexes: ClassVar = [models.Index(fields=["reviewed_at", "county_id"], name="glass_review")]


class Unusual(models.Model):
    """Looks of one person on one day that a rule noticed: their own words first, then somebody's decision."""

    ASKED, EXPLAINED, CLOSED = "asked", "explained", "closed"
    STATES: ClassVar = [(ASKED, "等本人说明"), (EXPLAINED, "已说明，待核实"), (CLOSED, "已核实")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rule = models.CharField("规则", max_length=40)
    person_id = models.UUIDField("查看人")
    post_id = models.UUIDField("岗位", null=True)
    county_id = models.BigIntegerField("区县", null=True)
    child_id = models.UUIDField("儿童", null=True)
    on = models.DateField("日期")
    first_at = models.DateTimeField("从")
    last_at = models.DateTimeField("到")
    count = models.IntegerField("数目")
    found_at = models.DateTimeField("发现时间")
    explain_due_at = models.DateTimeField("说明期限")
    state = models.CharField("状态", max_length=12, choices=STATES, default=ASKED)
    words = SealedField("本人说明", null=True)
    explained_at = models.DateTimeField("说明时间", null=True)
    outcome = models.CharField("核实结果", max_length=40, default="")
    closing = SealedField("核实意见", null=True)
    closed_at = models.DateTimeField("核实时间", null=True)
    closed_by = models.UUIDField("核实人", null=True)

    class Meta:
        verbose_name = "不寻常的查看"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "person_id", "on"], name="unusual_once", condition=models.Q(child_id__isnull=True)
            ),
            models.UniqueConstraint(fields=["rule", "person_id", "on", "child_id"], name="unusual_of_child"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "county_id"], name="unusual_waits")]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.person_id)


class Night(models.Model):
    """A day whose looks were gone through."""

    on = models.DateField("日期", primary_key=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "查看复盘"
