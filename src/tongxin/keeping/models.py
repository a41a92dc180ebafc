"""Holds on files, and the custody of what was set apart; words and document numbers are sealed."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Hold(models.Model):
    """Why nothing of a child's file may be erased or destroyed, until another person lifts it.

    `review_on` is a day to look again, never an end by itself.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童")
    county_id = models.BigIntegerField("区县", null=True)
    kind = models.CharField("原因", max_length=40)
    basis = SealedField("依据", null=True)
    document = SealedField("文号", null=True)
    review_on = models.DateField("到期再看")
    placed_at = models.DateTimeField("开始")
    placed_by = models.UUIDField("提出人")
    post_id = models.UUIDField("岗位")
    lifted_at = models.DateTimeField("解除", null=True)
    lifted_by = models.UUIDField("解除人", null=True)
    lifting = SealedField("解除理由", null=True)

    class Meta:
        verbose_name = "保全"
        indexes: ClassVar = [
            models.Index(fields=["child_id", "lifted_at"], name="hold_child"),
            models.Index(fields=["county_id", "lifted_at"], name="hold_county"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)


class Custody(models.Model):
    """Records of one child set apart by law, known to their keepers only.

    Whose they are, which, and by which notice stands sealed under a key of its own; `mark` is made of the child by the
    child's key, so that nobody can go from this row to a child.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    mark = models.CharField("标记", max_length=64)
    county_id = models.BigIntegerField("区县", null=True)
    content = SealedField("内容")
    begun_at = models.DateTimeField("封存时间")
    begun_by = models.UUIDField("封存人")
    post_id = models.UUIDField("岗位")
    # It never stood in the file: it was put into custody as it arrived.
    is_received = models.BooleanField("直接封存", default=False)
    lifted_at = models.DateTimeField("解除", null=True)
    lifted_by = models.UUIDField("解除人", null=True)

    class Meta:
        verbose_name = "封存"
        indexes: ClassVar = [
            models.Index(fields=["mark"], name="custody_mark"),
            models.Index(fields=["county_id", "lifted_at"], name="custody_county"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class CustodyScan(models.Model):
    """The scan of a paper that was received straight into custody, under the custody's own key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    custody = models.OneToOneField(Custody, models.PROTECT, related_name="scan")
    media_type = models.CharField("格式", max_length=40)
    size = models.IntegerField("大小")
    content = SealedField("内容")

    class Meta:
        verbose_name = "封存材料扫描件"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.custody_id)


class Unsealing(models.Model):
    """Somebody asked to look into a custody for a purpose of the law; another person answered."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="askings")
    county_id = models.BigIntegerField("区县", null=True)
    person_id = models.UUIDField("申请人")
    post_id = models.UUIDField("岗位")
    purpose = models.CharField("用途", max_length=40)
    words = SealedField("事由与函件")
    asked_at = models.DateTimeField("申请时间")
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    until_at = models.DateTimeField("有效期至", null=True)

    class Meta:
        verbose_name = "封存查询"
        indexes: ClassVar = [models.Index(fields=["county_id", "answered_at"], name="unsealing_waits")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.custody_id)


class Disposal(models.Model):
    """A list of files to be destroyed or only stored, proposed by one person and decided by another of another post."""

    OPEN, DONE, DROPPED = "open", "done", "dropped"
    STATES: ClassVar = [(OPEN, "等另一个人确认"), (DONE, "已办理"), (DROPPED, "没有同意")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县", null=True)
    rule = models.CharField("类别", max_length=40)
    then = models.CharField("办法", max_length=12)
    state = models.CharField("状态", max_length=8, choices=STATES, default=OPEN)
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.UUIDField("提出人")
    proposed_post = models.UUIDField("提出岗位")
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.UUIDField("决定人", null=True)
    decided_post = models.UUIDField("决定岗位", null=True)
    # One digest for each file that went, and one over all of them; no name, no number of a file.
    lines = models.JSONField("摘要清单", default=list)
    digest = models.CharField("总摘要", max_length=64, default="")

    class Meta:
        verbose_name = "到期处置清单"
        indexes: ClassVar = [models.Index(fields=["county_id", "state"], name="disposal_county")]


class Due(models.Model):
    """That a file, or a clue or an ask that belongs to none, has been kept as long as a rule says, until decided."""

    WAITING, PROPOSED, DONE, KEPT = "waiting", "proposed", "done", "kept"
    STATES: ClassVar = [(WAITING, "待决定"), (PROPOSED, "已提出"), (DONE, "已办理"), (KEPT, "继续保存")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童", null=True)
    # Of what belongs to no child's file: the owner of its key.
    intake_id = models.UUIDField("线索或转来", null=True)
    file_no = models.CharField("档案编号", max_length=24)
    county_id = models.BigIntegerField("区县", null=True)
    rule = models.CharField("类别", max_length=40)
    since_on = models.DateField("起算")
    due_on = models.DateField("到期")
    found_at = models.DateTimeField("列入时间")
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    disposal = models.ForeignKey(Disposal, models.PROTECT, null=True, related_name="files")
    kept_until = models.DateField("继续保存到", null=True)
    kept_by = models.UUIDField("决定人", null=True)

    class Meta:
        verbose_name = "到期档案"
        # What is done stays with its certificate; a file that was taken out of storage can become due again.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child_id", "rule"], condition=~models.Q(state="done"), name="due_once"),
            models.UniqueConstraint(
                fields=["intake_id", "rule"], condition=~models.Q(state="done"), name="due_intake_once"
            ),
            models.CheckConstraint(
                condition=models.Q(child_id__isnull=True) ^ models.Q(intake_id__isnull=True), name="due_of_one"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["county_id", "state", "due_on"], name="due_waits")]


class RetentionNight(models.Model):
    """A day on which what is due was looked for."""

    on = models.DateField("日期", primary_key=True)
    found = models.IntegerField("新列入")
    # Of how many files it could not be told that the child comes of age.
    untold = models.IntegerField("没有提醒到", default=0)

    class Meta:
        verbose_name = "到期检查"
