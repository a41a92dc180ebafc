"""Files that belong to a child's file. The row says what there is; the bytes lie sealed in the data folder."""

from typing import ClassVar

from django.db import models

from tongxin.ledger.models import SetAside
from tongxin.lib import ids
from tongxin.vault import Owner, Sealed, SealedField


class NotSetAside(models.Manager["Attachment"]):
    """The attachments that may be spoken of: neither they nor the record they belong to were set apart by law."""

    def get_queryset(self) -> models.QuerySet["Attachment"]:
        own = SetAside.objects.filter(row_id=models.OuterRef("id"))
        signed = SetAside.objects.filter(row_id=models.OuterRef("entry_id"))
        return super().get_queryset().filter(~models.Exists(own), ~models.Exists(signed))


class Attachment(models.Model):
    """One file, sealed under the child's key; nothing of it is changed, taking it back is written beside it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child = models.ForeignKey("people.Child", models.PROTECT, related_name="attachments")
    # The form that a signed scan signs; none for a file of its own.
    entry_id = models.UUIDField("所附记录", null=True)
    number = models.IntegerField("编号")
    kind = models.CharField("种类", max_length=40)
    part = models.CharField("档案部分", max_length=40)
    media_type = models.CharField("格式", max_length=40)
    size = models.BigIntegerField("大小")
    title = SealedField("说明", null=True)
    file_name = SealedField("原文件名")
    digest = models.BinaryField("摘要")
    added_at = models.DateTimeField("添加时间")
    person_id = models.UUIDField("添加人", null=True)
    post_id = models.UUIDField("添加岗位", null=True)
    retracted_at = models.DateTimeField("撤回时间", null=True)
    retracted_for = models.CharField("撤回原因", max_length=24, default="")
    retracted_by_post_id = models.UUIDField("撤回岗位", null=True)

    objects = NotSetAside()
    everything: ClassVar[models.Manager["Attachment"]] = models.Manager()

    class Meta:
        verbose_name = "附件"
        constraints: ClassVar = [models.UniqueConstraint(fields=["child", "number"], name="attachment_number")]
        indexes: ClassVar = [models.Index(fields=["entry_id"], name="attachment_entry")]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)

    def sealed(self, content: bytes) -> Sealed:
        """Bytes from the file store as the vault opens them."""
        return Sealed(content, self._meta.label_lower, CONTENT, self.key_owner, self.id)


CONTENT = "content"
