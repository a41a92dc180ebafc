"""What follows from the facts: the case's state, its proposals, alarms and tasks.

All of it is derived, can be thrown away and rebuilt (spine B1). The case has the child's id.
"""

from typing import ClassVar

from django.db import models

from tongxin.people.models import Placed


class Case(Placed):
    """Where a child stands in the loop, and what the lists sort by."""

    id = models.UUIDField(primary_key=True)
    stage = models.CharField("阶段", max_length=32)
    is_open = models.BooleanField("在办")
    level = models.CharField("等级", max_length=12)
    standing = models.CharField("已确认等级", max_length=12)
    identified = models.CharField("识别结果", max_length=12)
    in_crisis = models.BooleanField("危机处置中")
    rank = models.SmallIntegerField("紧急程度")
    due_at = models.DateTimeField("最近到期")
    next_step = models.CharField("下一步", max_length=40)
    look_again_at = models.DateTimeField("下次检查", null=True)
    derived_at = models.DateTimeField("推算时间")
    derived_seq = models.BigIntegerField()
    pathway_hash = models.CharField(max_length=64)
    state = models.JSONField("推算状态")
    # Another file of the same child that leads: lists and figures count that one.
    goes_on = models.UUIDField("接着用的档案", null=True)

    class Meta:
        verbose_name = "个案"
        # The last two columns let a list that is narrowed to a stage or level pass over the others in the index.
        indexes: ClassVar = [
            *(
                models.Index(fields=[f"{level}_id", "rank", "due_at", "id", "stage", "level"], name=f"case_{level}")
                for level in ("province", "city", "county", "town", "village")
            ),
            models.Index(fields=["rank", "due_at", "id", "stage", "level"], name="case_all"),
            models.Index(fields=["look_again_at"], name="case_look_again"),
            # Few files were joined to another: an index of those is small, and chosen.
            models.Index(fields=["goes_on"], condition=models.Q(goes_on__isnull=False), name="case_goes_on"),
        ]


class Proposal(models.Model):
    """A grade that a definition proposes, with its reasons in words; a person confirms (C12)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="proposals")
    entry_id = models.UUIDField()
    scheme = models.CharField("等级体系", max_length=40)
    level = models.CharField("等级", max_length=12)
    reasons = models.JSONField("理由")
    definition_hash = models.CharField(max_length=64)
    facts_digest = models.CharField(max_length=64)
    proposed_at = models.DateTimeField("建议时间")
    is_open = models.BooleanField("待确认")

    class Meta:
        verbose_name = "等级建议"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "entry_id", "scheme"], name="proposal_once")
        ]


class Decision(models.Model):
    """What a person decided on the grade; a fall stands only when a second person agreed (C12)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    entry_id = models.UUIDField()
    proposal_entry_id = models.UUIDField("所据建议", null=True)
    level = models.CharField("等级", max_length=12)
    person_id = models.UUIDField("确认人", null=True)
    post_id = models.UUIDField("确认岗位", null=True)
    at = models.DateTimeField("时间")
    second_of = models.UUIDField("与此条共同确认", null=True)
    stands = models.BooleanField("已生效")

    class Meta:
        verbose_name = "等级确认"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "entry_id"], name="decision_once")]


class Alarm(models.Model):
    """A danger sign that acts by itself: a crisis, or a safety check that becomes one (A3)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="alarms")
    key = models.CharField(max_length=100)
    gate = models.CharField("否决项", max_length=40)
    kind = models.CharField("种类", max_length=16)
    state = models.CharField("状态", max_length=16)
    raised_at = models.DateTimeField("发生时间")
    entry_id = models.UUIDField()

    class Meta:
        verbose_name = "警报"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "key"], name="alarm_once")]


class Task(Placed):
    """A step of the pathway that somebody has to take by a due moment (C9)."""

    OPEN, WAITING, DONE, DROPPED = "open", "waiting", "done", "dropped"
    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=120)
    step = models.CharField("步骤", max_length=40)
    zh = models.CharField("任务", max_length=120)
    form = models.CharField("表单", max_length=40)
    role = models.CharField("角色", max_length=40)
    post_id = models.UUIDField("负责岗位", null=True)
    owner_post_id = models.UUIDField("现由岗位", null=True)
    owner_person_id = models.UUIDField("现由人员", null=True)
    state = models.CharField("状态", max_length=8)
    is_urgent = models.BooleanField("全天候")
    opened_at = models.DateTimeField("产生时间")
    due_at = models.DateTimeField("到期")
    climbed = models.SmallIntegerField("已上报层级", default=0)
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "任务"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "key"], name="task_once")]
        indexes: ClassVar = [
            models.Index(fields=["owner_post_id", "state", "due_at", "id"], name="task_owner"),
            models.Index(fields=["post_id", "state", "due_at", "id"], name="task_post"),
            models.Index(fields=["state", "due_at"], name="task_due"),
            models.Index(fields=["step", "state", "due_at"], name="task_step"),
        ]
