"""Questions that records raise, what people answered, and the keyed marks by which copied notes are found."""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Person, Post
from tongxin.lib import ids
from tongxin.people.models import Placed
from tongxin.vault import Owner, SealedField


class NoteMark(models.Model):
    """How alike an entry's words are to others' can be told from this under the county's key; the words can't."""

    entry_id = models.UUIDField(primary_key=True)
    child_id = models.UUIDField("儿童", db_index=True)
    marks = models.BinaryField("特征")

    class Meta:
        verbose_name = "字句特征"


class Question(Placed):
    """One thing out of the usual that a rule counted about a post or a place, and the post that is asked about it."""

    ASKED, ANSWERED, CLOSED = "asked", "answered", "closed"
    STATES: ClassVar = [(ASKED, "等答复"), (ANSWERED, "已答复，等核对"), (CLOSED, "已了结")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rule = models.CharField("规则", max_length=40)
    over = models.CharField("关于", max_length=8)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="supervision_questions")
    division_id = models.BigIntegerField("地方", null=True)
    # Who did what was counted, as far as one person did: whoever it is may read the question and its answer.
    about = models.ForeignKey(Person, models.PROTECT, null=True, related_name="supervision_questions")
    asked = models.ForeignKey(Post, models.PROTECT, null=True, related_name="supervision_asked")
    since = models.DateField("从")
    figures = models.JSONField("数目")
    found_at = models.DateTimeField("发现时间")
    due_at = models.DateTimeField("答复期限")
    climbed_at = models.DateTimeField("转上一级", null=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default=ASKED)

    class Meta:
        verbose_name = "督导提问"
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="question_waits"),
            models.Index(fields=["rule", "over", "post", "division_id"], name="question_about"),
            models.Index(fields=["county_id", "rule", "found_at"], name="question_rate"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Behind(models.Model):
    """An entry that was counted; whoever is asked sees it as far as they may see the file."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="behind")
    entry_id = models.UUIDField("记录")
    child_id = models.UUIDField("儿童", db_index=True)

    class Meta:
        verbose_name = "有关记录"


class Answer(models.Model):
    """What somebody said to a question, or the second person's word on that; only added, the newest counts."""

    ANSWERED, RETURNED, CLOSED, SAID = "answered", "returned", "closed", "said"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    deed = models.CharField("做了什么", max_length=8)
    outcome = models.CharField("结果", max_length=12, default="")
    words = SealedField("说明", null=True)
    person_id = models.UUIDField("谁")
    post_id = models.UUIDField("岗位")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "督导答复"
        indexes: ClassVar = [models.Index(fields=["question", "at"], name="answer_of_question")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.question_id)


class Night(models.Model):
    """When a county was last looked at."""

    county_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "督导查看"
