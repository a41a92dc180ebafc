"""What every matter of working together has: a number in its county, a key of its own, rows about it that stay."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


def owner_of(id: UUID) -> Owner:
    """The key under which the words of a thing and of its steps are sealed."""
    return Owner("file", id)


class Numbered(models.Model):
    """One thing of a county with its number. Only its state and next moments are rewritten, from its steps."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    year = models.IntegerField("年份")
    number = models.IntegerField("编号")
    state = models.CharField("状态", max_length=12)
    opened_at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")

    class Meta:
        abstract = True

    @property
    def key_owner(self) -> Owner:
        return owner_of(self.id)


class Step(models.Model):
    """What somebody did about a thing: codes, days and numbers in clear, words sealed. Never changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    about_id = models.UUIDField("哪一件")
    kind = models.CharField("做了什么", max_length=12)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁", null=True)
    post_id = models.UUIDField("岗位", null=True)
    clear = models.JSONField("选项", default=dict)
    words = SealedField("文字", null=True)

    class Meta:
        verbose_name = "协同办理"
        indexes: ClassVar = [models.Index(fields=["about_id", "at"], name="coordination_steps")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return owner_of(self.about_id)


class Scan(models.Model):
    """A file that stands beside a step, sealed; its hash is in clear so that the original can be held against it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    step = models.OneToOneField(Step, models.PROTECT, related_name="scan")
    media_type = models.CharField("格式", max_length=40)
    size = models.IntegerField("大小")
    sha256 = models.CharField("摘要", max_length=64)
    content = SealedField("内容")

    class Meta:
        verbose_name = "协同附件"

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return owner_of(self.step.about_id)
