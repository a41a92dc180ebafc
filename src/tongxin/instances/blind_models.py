"""Blind comparisons of an office with another body: what was agreed, who approved, which letter comes next."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class BlindSession(models.Model):
    """One comparison. List, number and result stand under a key of its own, which is destroyed with the term."""

    ASKED, REFUSED, SENT, DONE, DISPOSED = "asked", "refused", "sent", "done", "disposed"
    STATES: ClassVar = [
        (ASKED, "等批准"), (REFUSED, "没有批准"), (SENT, "等对方的文件"), (DONE, "有结果"), (DISPOSED, "已销毁"),
    ]
    UPLOADED, ON_FILE = "uploaded", "on_file"
    SOURCES: ClassVar = [(UPLOADED, "上传的名单"), (ON_FILE, "本县区在册儿童")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县", db_index=True)
    person_id = models.UUIDField("发起人")
    post_id = models.UUIDField("发起岗位", db_index=True)
    opened_at = models.DateTimeField("登记时间")
    is_asker = models.BooleanField("由这里发起")
    kind = models.CharField("按什么比", max_length=8)
    source = models.CharField("名单从哪里来", max_length=8, choices=SOURCES)
    own_name = models.CharField("本单位", max_length=80)
    other_name = models.CharField("对方单位", max_length=80)
    agreement = models.CharField("协议文号", max_length=80)
    purpose = SealedField("目的", null=True)
    keep_until = models.DateTimeField("保存到")
    state = models.CharField("状态", max_length=8, choices=STATES, default=ASKED)
    rows = models.IntegerField("参加比对的人数")
    left_out = models.IntegerField("没有参加的行数", default=0)
    decided_at = models.DateTimeField("批准时间", null=True)
    decided_by = models.UUIDField("批准人", null=True)
    decided_post = models.UUIDField("批准岗位", null=True)
    # What the other side sent and we answer, and what we send: points that nobody without the numbers can read.
    came = models.BinaryField("对方的文件", default=b"")
    letter = models.BinaryField("要交给对方的文件", default=b"")
    own_print = models.CharField("本方指纹", max_length=60, default="")
    other_print = models.CharField("对方指纹", max_length=60, default="")
    # Before the approval the list; after it the number with the list; nothing once the result stands.
    kept = SealedField("名单和密数", null=True)
    result = SealedField("结果", null=True)
    found = models.IntegerField("双方都有", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "隐私比对"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)
