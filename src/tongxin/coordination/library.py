"""Typical cases without the person, the experts who read them, and what experts are asked."""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Person
from tongxin.coordination.kept import Numbered


class TypicalCase(Numbered):
    """A case for teaching. `child_id` is known to whoever wrote it and to the system alone."""

    DRAFT, REVIEW, RETURNED, PUBLISHED, WITHDRAWN = "draft", "review", "returned", "published", "withdrawn"
    STATES: ClassVar = [
        (DRAFT, "起草中"), (REVIEW, "专家审阅"), (RETURNED, "退回修改"), (PUBLISHED, "已发布"), (WITHDRAWN, "已撤下"),
    ]
    topic = models.CharField("主题", max_length=24)
    child_id = models.UUIDField("儿童", null=True, db_index=True)

    class Meta:
        verbose_name = "典型案例"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="typical_case_number")
        ]


class Expert(Numbered):
    """Somebody who works here and is asked as an expert from–to; the proof of their qualification is a step."""

    SERVES, ENDED = "serves", "ended"
    STATES: ClassVar = [(SERVES, "在聘"), (ENDED, "已解聘")]
    expert = models.ForeignKey(Person, models.PROTECT, related_name="+")
    fields = models.JSONField("专长", default=list)
    grade = models.CharField("资格", max_length=24)
    from_on = models.DateField("聘期从")
    to_on = models.DateField("聘期到")

    class Meta:
        verbose_name = "专家"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="expert_number"),
            models.UniqueConstraint(
                fields=["county_id", "expert"], condition=models.Q(state="serves"), name="expert_once"
            ),
        ]


class Opinion(Numbered):
    """What one expert is asked: to read a typical case, or for advice about a child who isn't named."""

    REVIEW, CONSULTATION = "review", "consultation"
    KINDS: ClassVar = [(REVIEW, "案例审阅"), (CONSULTATION, "个案咨询")]
    ASKED, ANSWERED, DECLINED, DROPPED = "asked", "answered", "declined", "dropped"
    STATES: ClassVar = [(ASKED, "等意见"), (ANSWERED, "已答复"), (DECLINED, "专家回避"), (DROPPED, "不再需要")]
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="opinions")
    case = models.ForeignKey(TypicalCase, models.PROTECT, null=True, related_name="opinions")
    # Which text of the case was read.
    text_no = models.SmallIntegerField("第几稿", default=0)
    child_id = models.UUIDField("儿童", null=True, db_index=True)
    due_at = models.DateTimeField("期限")
    ring_at = models.DateTimeField("下次提醒", null=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)

    class Meta:
        verbose_name = "专家意见"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "kind", "year", "number"], name="opinion_number")
        ]
        indexes: ClassVar = [models.Index(fields=["ring_at"], name="opinion_rings")]
