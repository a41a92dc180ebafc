"""Service standards that departments make together, and the documents that they stand on."""

from typing import ClassVar

from django.db import models

from tongxin.coordination.kept import Numbered


class Standard(Numbered):
    """A standard; its texts, comments, answers and adoption are steps."""

    DRAFT, COMMENT, IN_FORCE, WITHDRAWN = "draft", "comment", "in_force", "withdrawn"
    STATES: ClassVar = [(DRAFT, "起草中"), (COMMENT, "征求意见"), (IN_FORCE, "有效"), (WITHDRAWN, "已废止")]
    comment_until = models.DateTimeField("意见截止", null=True)
    ring_at = models.DateTimeField("下次提醒", null=True)

    class Meta:
        verbose_name = "服务标准"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="standard_number")
        ]


class Policy(Numbered):
    """A policy document: who issued it, under which number, from which day on. Corrections are steps."""

    IN_FORCE, ENDED = "in_force", "ended"
    STATES: ClassVar = [(IN_FORCE, "有效"), (ENDED, "不再执行")]
    level = models.CharField("级别", max_length=12)
    issued_on = models.DateField("发文日期")
    in_force_on = models.DateField("执行日期")

    class Meta:
        verbose_name = "政策文件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="policy_number")
        ]
