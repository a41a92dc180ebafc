"""Reports with the figures of the moment they were made, the words under them, and offices' own Word templates."""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Division, Person, Post
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Template(models.Model):
    """A Word file that an office laid out itself; only added, the newest of a place and kind is used."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField("报告", max_length=40)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    file = models.BinaryField("文件")
    is_used = models.BooleanField("使用", default=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "报告模板"
        indexes: ClassVar = [models.Index(fields=["division", "kind", "added_at"], name="template_in_use")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Report(models.Model):
    """One report of one period and place. Its figures never change; another report is made for newer ones."""

    DRAFT, WAITING, ISSUED = "draft", "waiting", "issued"
    STATES: ClassVar = [(DRAFT, "在写"), (WAITING, "等核对"), (ISSUED, "已发出")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField("报告", max_length=40)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    first = models.DateField("从")
    last = models.DateField("到")
    period = models.CharField("期间", max_length=40)
    title = models.CharField("标题", max_length=200)
    figures = models.JSONField("数")
    state = models.CharField("状态", max_length=8, choices=STATES, default=DRAFT)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("生成时间")
    issued_at = models.DateTimeField("发出时间", null=True)
    issued_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "统计报告"
        indexes: ClassVar = [models.Index(fields=["division", "-made_at"], name="report_of_place")]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Words(models.Model):
    """What somebody wrote under the figures, or why it went back; only added, the newest writing counts."""

    WRITTEN, RETURNED = "written", "returned"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="words")
    deed = models.CharField("做了什么", max_length=8, default=WRITTEN)
    said = SealedField("文字", null=True)
    person_id = models.UUIDField("谁")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "报告文字"
        indexes: ClassVar = [models.Index(fields=["report", "at"], name="words_of_report")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.report_id)
