"""A form on its way: what one person wrote in one post, not yet an entry."""

from typing import ClassVar

from django.db import models

from tongxin.vault import Owner, SealedField


class FormDraft(models.Model):
    """What somebody wrote so far; its id is that of the entry it will be, so that it becomes one only once.

    `revision` counts the savings; `tab` and `turn` say which open page made the last one. `danger_at` is when a sign
    of danger first stood in it and is never taken back; `cleared_at` is when its answers stopped saying so.
    """

    id = models.UUIDField(primary_key=True)
    child_id = models.UUIDField("儿童", null=True)
    form_id = models.CharField("表单", max_length=40)
    form_hash = models.CharField("表单版本", max_length=64)
    about = models.CharField("所办事项", max_length=120, default="")
    corrects = models.UUIDField("所更正的记录", null=True)
    person_id = models.UUIDField("填写人")
    post_id = models.UUIDField("填写岗位")
    answers = SealedField("内容")
    revision = models.IntegerField("第几次保存", default=1)
    tab = models.UUIDField("页面")
    turn = models.IntegerField("页面的第几次保存")
    begun_at = models.DateTimeField("开始时间")
    saved_at = models.DateTimeField("最近保存")
    danger_at = models.DateTimeField("出现危险信号", null=True)
    cleared_at = models.DateTimeField("危险信号被改掉", null=True)
    told = models.SmallIntegerField("已提醒次数", default=0)
    look_again_at = models.DateTimeField("下次检查")

    class Meta:
        verbose_name = "没填完的表"
        indexes: ClassVar = [
            models.Index(fields=["person_id", "saved_at"], name="draft_person"),
            models.Index(fields=["look_again_at"], name="draft_look_again"),
        ]

    @property
    def key_owner(self) -> Owner:
        """The child's key; before there is a child, a key of the draft's own."""
        return Owner("child", self.child_id) if self.child_id else Owner("intake", self.id)
