"""Figures counted ahead, so that a dashboard of a province opens at once; derived, may be thrown away any time.

They stand as they may be shown: what is hidden is not in them. No child, no person, only places and numbers.
"""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids


class Count(models.Model):
    """One count of all figures of a year at all places, under one set of definitions."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    year = models.SmallIntegerField("年份")
    definitions = models.CharField("定义", max_length=64)
    at = models.DateTimeField("数到")
    # Of which installation and moment, where it was counted over what others exported.
    exports = models.JSONField("导出", default=list)

    class Meta:
        verbose_name = "看板计数"
        indexes: ClassVar = [models.Index(fields=["year", "definitions", "-at"], name="dashboard_count")]


class Told(models.Model):
    """What may be shown of one place: figures by indicator, series by month, steps of the loop."""

    count = models.ForeignKey(Count, models.CASCADE, related_name="places")
    path = models.CharField("地方", max_length=80)
    above = models.CharField("上一级", max_length=80)
    figures = models.JSONField("数")

    class Meta:
        verbose_name = "看板上的数"
        constraints: ClassVar = [models.UniqueConstraint(fields=["count", "path"], name="told_once")]
        indexes: ClassVar = [models.Index(fields=["count", "above"], name="told_below")]


class Outline(models.Model):
    """Where a place lies, from a map that was approved for showing; its number stands beside the picture."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    code = models.CharField("区划代码", max_length=12, unique=True)
    rings = models.JSONField("边界")
    approval = models.CharField("审图号", max_length=200)
    at = models.DateTimeField("载入")

    class Meta:
        verbose_name = "看板地图"
