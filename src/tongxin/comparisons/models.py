"""Lists that a department compares with a county's files, the answer to each row, and files of one child joined."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Comparison(models.Model):
    """One list as received, sealed under its own key, which is destroyed at the end of its term."""

    RECEIVED, RUNNING, DONE, DISPOSED = "received", "running", "done", "disposed"
    # Too few children to be compared without somebody's word.
    ASKED, REFUSED = "asked", "refused"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField("名单", max_length=32)
    sha256 = models.CharField("文件摘要", max_length=64)
    county_id = models.BigIntegerField()
    post_id = models.UUIDField("上传岗位", null=True)
    person_id = models.UUIDField("上传人", null=True)
    received_at = models.DateTimeField("接收时间")
    keep_until = models.DateTimeField("保存到")
    state = models.CharField("状态", max_length=12, default=RECEIVED)
    # The agreement under which the other body brought it, and what it may say by that.
    agreement_id = models.UUIDField("协议", null=True, db_index=True)
    fields = models.JSONField("协议写的内容", default=list)
    # Which column is what, as a person said: part → field → column.
    columns = models.JSONField("列", default=dict)
    rows_total = models.IntegerField("行数", default=0)
    rows_done = models.IntegerField("已处理", default=0)
    moved_at = models.DateTimeField("最近进展", null=True)
    summary = models.JSONField("结果", default=dict)
    # An office's file name may be a person's name.
    name = SealedField("文件名", null=True)
    original = SealedField("原件", null=True)
    disposed_at = models.DateTimeField("销毁时间", null=True)
    # Why so few are asked about, and who allowed it or not.
    reason = SealedField("为什么比", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "名单比对"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "kind", "sha256", "post_id"], name="compared_once")
        ]
        indexes: ClassVar = [models.Index(fields=["county_id", "-received_at"], name="comparison_county")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Answer(models.Model):
    """What a row of the list is to the files here, or that a child on file stands in no row (`row` 0)."""

    SAME, PROBABLE, NEW, CONTRADICTORY, MISSING = "same", "probable", "new", "contradictory", "missing"
    OPEN, ASKED, SETTLED = "open", "asked", "settled"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    comparison = models.ForeignKey(Comparison, models.PROTECT, related_name="answers")
    sheet = models.SmallIntegerField("工作表", default=0)
    row = models.IntegerField("行号", default=0)
    verdict = models.CharField("结果", max_length=16)
    # In parts of ten thousand; what the engine thinks, not what a person decided.
    likely = models.IntegerField("把握", null=True)
    # The row as read and why it was judged so.
    content = SealedField("内容", null=True)
    child_id = models.UUIDField("儿童", null=True)
    # Keyed by the county: the same row of another list is the same question.
    mark = models.BinaryField(null=True)
    town_id = models.BigIntegerField("镇街", null=True)
    owner_post_id = models.UUIDField("负责岗位", null=True)
    due_at = models.DateTimeField("到期", null=True)
    # Late, it goes up: from which post, how far, and when once more.
    first_post_id = models.UUIDField("先由哪个岗位", null=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)
    ring_at = models.DateTimeField("下次上报", null=True)
    state = models.CharField("状态", max_length=12, default=OPEN)
    decision = models.CharField("处理", max_length=16, default="")
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = "比对结果"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["comparison", "sheet", "row"], condition=Q(row__gt=0), name="answered_once"
            ),
            models.UniqueConstraint(fields=["comparison", "child_id"], condition=Q(row=0), name="missed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["comparison", "verdict", "state"], name="answer_verdict"),
            models.Index(fields=["owner_post_id", "state", "due_at"], name="answer_owner"),
            models.Index(fields=["child_id"], name="answer_child"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.comparison_id)


class Settling(models.Model):
    """What a person made of one answer and why; taken back it stays readable, and the answer waits as before."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="settlings")
    decision = models.CharField("处理", max_length=16)
    # What the answer said until then.
    verdict = models.CharField("原来的结果", max_length=16)
    child_id = models.UUIDField("原来的儿童", null=True)
    person_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    at = models.DateTimeField("时间")
    reason = SealedField("理由", null=True)
    undone_by = models.UUIDField("撤销人", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undo_reason = SealedField("撤销理由", null=True)

    class Meta:
        verbose_name = "比对结果的处理"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.answer.comparison_id)


class Apart(models.Model):
    """A person said that two are not the same child: the pair is never asked about again, until it is taken back."""

    child_id = models.UUIDField("儿童")
    # The other one: a row of a list by its mark, or another file.
    mark = models.BinaryField(null=True)
    other_id = models.UUIDField("另一份档案", null=True)
    decided_at = models.DateTimeField("时间")
    person_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    undone_by = models.UUIDField("撤销人", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undo_reason = SealedField("撤销理由", null=True)

    class Meta:
        verbose_name = "不是同一名儿童"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child_id", "mark"], condition=Q(mark__isnull=False, undone_at__isnull=True), name="apart_row"
            ),
            models.UniqueConstraint(
                fields=["child_id", "other_id"], condition=Q(other_id__isnull=False, undone_at__isnull=True),
                name="apart_file",
            ),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)


class Alike(models.Model):
    """Two files of one county that may be one child's: a question for a person, by ids and codes alone."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField(db_index=True)
    # The smaller id first.
    one_id = models.UUIDField("一份档案")
    other_id = models.UUIDField("另一份档案")
    likely = models.IntegerField("把握")
    is_contrary = models.BooleanField("互相矛盾", default=False)
    found_at = models.DateTimeField("找到的时间")
    due_at = models.DateTimeField("期限", null=True)
    # Late, it goes up: from which post, how far, and when once more.
    first_post_id = models.UUIDField("先由哪个岗位", null=True)
    owner_post_id = models.UUIDField("负责岗位", null=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)
    ring_at = models.DateTimeField("下次上报", null=True, db_index=True)

    class Meta:
        verbose_name = "像同一名儿童的两份档案"
        constraints: ClassVar = [models.UniqueConstraint(fields=["one_id", "other_id"], name="alike_once")]
        indexes: ClassVar = [models.Index(fields=["other_id"], name="alike_other")]


class Night(models.Model):
    """Until when the files of a county were compared among themselves by night."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县", unique=True)
    on = models.DateField("哪天")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "夜间比对"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Joining(models.Model):
    """Two files of one child: proposed, confirmed by a second person where that is asked, standing, undone."""

    PROPOSED, STANDING, DECLINED, UNDONE = "proposed", "standing", "declined", "undone"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kept_id = models.UUIDField("接着用的档案")
    other_id = models.UUIDField("另一份档案")
    # Which fields are taken from the other file; what they say stands in the files only.
    taken = models.JSONField("取自另一份", default=list)
    state = models.CharField("状态", max_length=12, default=PROPOSED)
    proposed_by = models.UUIDField(null=True)
    proposed_post = models.UUIDField(null=True)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.UUIDField(null=True)
    decided_post = models.UUIDField(null=True)
    decided_at = models.DateTimeField("确认时间", null=True)
    entry_id = models.UUIDField("登记", null=True)
    correction_id = models.UUIDField("补正", null=True)
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "两份档案合为一人"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["other_id"], condition=Q(state__in=("proposed", "standing")), name="joined_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["kept_id", "state"], name="joining_kept"),
            models.Index(fields=["other_id", "state"], name="joining_other"),
        ]
