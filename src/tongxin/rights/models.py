"""Erasures and files that are only stored: who asked for them and who agreed; no word of a child's stands here."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.people.models import Placed
from tongxin.vault import Owner, SealedField


class Ending(models.Model):
    """One person's proposal to end the use of a file, until another of another post agrees or doesn't."""

    ERASE, STORE = "erase", "store"
    KINDS: ClassVar = [(ERASE, "删除"), (STORE, "改为只保存")]
    OPEN, DONE, DROPPED = "open", "done", "dropped"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童")
    county_id = models.BigIntegerField("区县", null=True)
    kind = models.CharField("办法", max_length=8, choices=KINDS)
    # The request that it answers.
    request_id = models.UUIDField("权利请求", null=True)
    state = models.CharField("状态", max_length=8, default=OPEN)
    proposed_by = models.UUIDField("提出人")
    proposed_post = models.UUIDField("提出岗位", null=True)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.UUIDField("决定人", null=True)
    decided_post = models.UUIDField("决定岗位", null=True)
    decided_at = models.DateTimeField("决定时间", null=True)

    class Meta:
        verbose_name = "删除与只保存"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child_id"], condition=models.Q(state="open"), name="ending_open_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "county_id"], name="ending_waits")]


class Tombstone(models.Model):
    """That there was a file, and when and why it went; nothing by which the child could be known again."""

    child_id = models.UUIDField(primary_key=True)
    file_no = models.CharField("档案编号", max_length=24, db_index=True)
    county_id = models.BigIntegerField("区县", null=True)
    basis = models.CharField("依据", max_length=24)
    birth_year = models.SmallIntegerField("出生年", null=True)
    sex = models.CharField("性别", max_length=8)
    opened_year = models.SmallIntegerField("建档年")
    request_id = models.UUIDField("权利请求", null=True)
    proposed_by = models.UUIDField("提出人", null=True)
    confirmed_by = models.UUIDField("确认人", null=True)
    proposed_post = models.UUIDField("提出岗位", null=True)
    confirmed_post = models.UUIDField("确认岗位", null=True)
    erased_at = models.DateTimeField("删除时间")
    # Codes and counts of what went.
    gone = models.JSONField("去掉的", default=dict)
    # Whose keys are to be destroyed, as kind and id, until each is.
    owners = models.JSONField("待销毁的密钥", default=list)
    # An older backup had brought the file back, and it went once more.
    again_at = models.DateTimeField("恢复后再次删除", null=True)

    class Meta:
        verbose_name = "已删除的档案"
        indexes: ClassVar = [models.Index(fields=["county_id", "-erased_at"], name="tombstone_county")]


class Shelved(Placed):
    """A file that is only stored: where the child lived, so that it can be brought back; nobody sees it meanwhile."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童", db_index=True)
    file_no = models.CharField("档案编号", max_length=24)
    basis = models.CharField("依据", max_length=24)
    request_id = models.UUIDField("权利请求", null=True)
    until_on = models.DateField("保存到", null=True)
    proposed_by = models.UUIDField("提出人", null=True)
    shelved_by = models.UUIDField("确认人", null=True)
    shelved_at = models.DateTimeField("时间")
    ended_at = models.DateTimeField("取回时间", null=True)
    ended_by = models.UUIDField("取回人", null=True)

    class Meta:
        verbose_name = "只保存的档案"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child_id"], condition=models.Q(ended_at__isnull=True), name="shelved_once"
            )
        ]


class ShelfLook(models.Model):
    """Why somebody opened a file that is only stored, for how long."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    child_id = models.UUIDField("儿童")
    county_id = models.BigIntegerField("区县", null=True)
    person_id = models.UUIDField("谁")
    post_id = models.UUIDField("岗位", null=True)
    purpose = models.CharField("用途", max_length=24)
    words = SealedField("理由")
    at = models.DateTimeField("时间")
    until_at = models.DateTimeField("到")

    class Meta:
        verbose_name = "打开只保存的档案"

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id)
