"""Wrapped data keys, in a database of their own (alias `keys`) with its own short-lived backups."""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids


class SubjectKey(models.Model):
    """The data key of one owner, wrapped by a master key; destroying it erases the owner everywhere."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    owner_kind = models.CharField("所有者类别", max_length=16)
    owner_id = models.UUIDField("所有者")
    wrapped = models.BinaryField("封装密钥", null=True)
    master_id = models.CharField("主密钥标识", max_length=16)
    profile = models.CharField("算法", max_length=16)
    created_at = models.DateTimeField("建立时间")
    destroyed_at = models.DateTimeField("销毁时间", null=True)

    class Meta:
        verbose_name = "密钥"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner_id", "owner_kind"], name="key_owner_once")
        ]
