"""Installations whose keys two people compared, and the files that went to them or came."""

from typing import ClassVar

from django.db import models

from tongxin.instances.blind_models import BlindSession
from tongxin.lib import ids
from tongxin.lib.ordered_json import OrderedJSONField

__all__ = ["Arrival", "BlindSession", "ForeignEntry", "Peer", "RolledUp", "Sending"]


class Peer(models.Model):
    """Another installation. Files go to it and are taken from it once a second person compared its fingerprint."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    region = models.CharField("区划代码", max_length=6)
    name = models.CharField("名称", max_length=120)
    sign_key = models.CharField("签名公钥", max_length=64, unique=True)
    seal_key = models.CharField("加密公钥", max_length=64)
    url = models.URLField("网址", blank=True, default="")
    added_at = models.DateTimeField("登记时间")
    added_by = models.UUIDField("登记人")
    confirmed_at = models.DateTimeField("核对时间", null=True)
    confirmed_by = models.UUIDField("核对人", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)
    revoked_by = models.UUIDField("停用人", null=True)

    class Meta:
        verbose_name = "外地系统"

    @property
    def is_trusted(self) -> bool:
        return self.confirmed_at is not None and self.revoked_at is None


class Sending(models.Model):
    """One file that was made for a peer. Its content is sealed for that peer: we ourselves can't open it any more."""

    WAITING, ACCEPTED, RETURNED, REPLACED = "waiting", "accepted", "returned", "replaced"
    STATES: ClassVar = [
        (WAITING, "等对方答复"), (ACCEPTED, "对方已接收"), (RETURNED, "对方退回"), (REPLACED, "已另发新的一份"),
    ]
    id = models.UUIDField(primary_key=True, editable=False)
    child_id = models.UUIDField("儿童", db_index=True)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="sendings")
    made_at = models.DateTimeField("制作时间")
    person_id = models.UUIDField("制作人")
    post_id = models.UUIDField("制作岗位")
    # The child's entries up to this number are in it.
    last_seq = models.BigIntegerField("到哪一条")
    entries = models.IntegerField("条数")
    digest = models.CharField("摘要", max_length=64)
    content = models.BinaryField("内容")
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    answered_at = models.DateTimeField("答复时间", null=True)
    receipt = models.TextField("回执", default="")

    class Meta:
        verbose_name = "移交外地的档案"


class Arrival(models.Model):
    """One file that came. `content` stays sealed for this installation; ids make sure that it counts once."""

    WAITING, ACCEPTED, RETURNED = "waiting", "accepted", "returned"
    STATES: ClassVar = [(WAITING, "等接收"), (ACCEPTED, "已接收"), (RETURNED, "已退回")]
    id = models.UUIDField(primary_key=True, editable=False)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="arrivals")
    received_at = models.DateTimeField("收到时间")
    county_id = models.BigIntegerField("交给哪个区县", db_index=True)
    child_id = models.UUIDField("儿童")
    is_urgent = models.BooleanField("正在处置危险", default=False)
    digest = models.CharField("摘要", max_length=64)
    content = models.BinaryField("内容")
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    receipt = models.TextField("回执", default="")

    class Meta:
        verbose_name = "外地移交来的档案"


class RolledUp(models.Model):
    """One day's figures of another installation, as it signed them; a later word about that day is a new version."""

    peer = models.ForeignKey(Peer, models.PROTECT, related_name="rolled_up")
    day = models.DateField("统计日期")
    version = models.IntegerField("第几版")
    made_at = models.DateTimeField("制作时间")
    received_at = models.DateTimeField("收到时间")
    received_by = models.UUIDField("收下的人")
    digest = models.CharField("摘要", max_length=64)
    rules = models.CharField("指标定义的版本", max_length=64)
    numbers = OrderedJSONField("数字")

    class Meta:
        verbose_name = "下级汇总数"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["peer", "day", "version"], name="rolled_up_version"),
            models.UniqueConstraint(fields=["digest"], name="rolled_up_once"),
        ]


class ForeignEntry(models.Model):
    """An entry that was recorded elsewhere: by which kind of post, at which office; and whether it counts on here.

    One that doesn't count on is history: it is read, and no task, grade or right follows from it.
    """

    entry_id = models.UUIDField(primary_key=True)
    arrival = models.ForeignKey(Arrival, models.PROTECT, related_name="foreign_entries")
    role = models.CharField("岗位类别", max_length=40)
    office = models.CharField("岗位", max_length=160)
    counts = models.BooleanField("继续起作用")

    class Meta:
        verbose_name = "外地记录"
