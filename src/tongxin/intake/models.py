"""Rosters that came in: the upload, what was understood, and the rows that wait for a person."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Upload(models.Model):
    """One file as received, sealed under its own key, destroyed after its last row is settled (B4)."""

    RECEIVED, IMPORTING, DONE = "received", "importing", "done"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sha256 = models.CharField("文件摘要", max_length=64)
    size = models.BigIntegerField("大小")
    county_id = models.BigIntegerField()
    post_id = models.UUIDField("导入岗位", null=True)
    person_id = models.UUIDField("导入人", null=True)
    received_at = models.DateTimeField("接收时间")
    state = models.CharField("状态", max_length=16, default=RECEIVED)
    rows_total = models.IntegerField("行数", default=0)
    rows_done = models.IntegerField("已处理", default=0)
    moved_at = models.DateTimeField("最近进展", null=True)
    summary = models.JSONField("结果", default=dict)
    layout = models.JSONField("版面", default=dict)
    # An office's file name may be a person's name.
    name = SealedField("文件名")
    original = SealedField("原件", null=True)
    settled_at = models.DateTimeField("结清时间", null=True)

    class Meta:
        verbose_name = "花名册"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "sha256"], name="upload_once")]
        indexes: ClassVar = [models.Index(fields=["county_id", "-received_at"], name="upload_county")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class HeldRow(models.Model):
    """A row that opened no file: no name, or a suspected duplicate; somebody owns it, with a due moment."""

    NO_NAME, DUPLICATE, SUSPECTED = "no_name", "duplicate", "suspected"
    # It may be about a child whose file is only stored: nobody is told what is in that.
    STORED = "stored"
    OPEN, OPENED, SAME = "open", "opened", "same"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="held")
    sheet = models.SmallIntegerField("工作表")
    row = models.IntegerField("行号")
    reason = models.CharField("原因", max_length=24)
    content = SealedField("内容")
    child_id = models.UUIDField("疑似", null=True)
    owner_post_id = models.UUIDField("负责岗位", null=True)
    due_at = models.DateTimeField("到期")
    state = models.CharField("状态", max_length=12, default=OPEN)
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = "待核行"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "sheet", "row"], name="held_once")
        ]
        indexes: ClassVar = [models.Index(fields=["owner_post_id", "state", "due_at"], name="held_owner")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.upload_id)


class Mapping(models.Model):
    """What the columns of a heading meant last time, so that the next file is understood alone."""

    county_id = models.BigIntegerField()
    head_digest = models.CharField(max_length=64)
    columns = models.JSONField()
    post_id = models.UUIDField(null=True)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "列对应"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "head_digest"], name="mapping_once")
        ]


class Listing(models.Model):
    """That a roster listed a child: a later roster is compared with these, and never deletes."""

    NEW, SAME, CHANGED = "new", "same", "changed"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="listings")
    child_id = models.UUIDField()
    sheet = models.SmallIntegerField("工作表")
    row = models.IntegerField("行号")
    row_digest = models.BinaryField()
    change = models.CharField("变化", max_length=12)
    # What a later roster says otherwise, until a person takes it over or leaves it.
    content = SealedField("内容", null=True)
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = "在册"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "sheet", "row"], name="listed_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["child_id", "-id"], name="listing_child"),
            models.Index(fields=["upload", "change"], name="listing_upload"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)
