"""Who works here as far as the door knows them: a second factor, a session that is open."""

from typing import Any, ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

TOTP, PASSKEY, RECOVERY = "totp", "passkey", "recovery"


class Factor(models.Model):
    """What somebody shows beside the password: a code from the phone, a passkey, a recovery code."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="factors")
    kind = models.CharField(
        "方式", max_length=8, choices=[(TOTP, "手机验证码"), (PASSKEY, "通行密钥"), (RECOVERY, "备用码")]
    )
    secret = SealedField("密文")
    label = SealedField("名称", null=True)
    # Under which a passkey that names itself is found: a digest of its number.
    handle = models.CharField("标识", max_length=64, default="", blank=True)
    added_at = models.DateTimeField("登记时间")
    used_at = models.DateTimeField("最近使用", null=True)
    # The step of time, or the count of signatures, up to which it was used: nothing is good twice.
    used_up_to = models.BigIntegerField("用到", default=0)

    class Meta:
        verbose_name = "第二步验证"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(kind__in=[TOTP, RECOVERY]), name="factor_one_a_kind"
            ),
            models.UniqueConstraint(fields=["handle"], condition=~Q(handle=""), name="factor_handle_once"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.person_id)


class Refusal(models.Model):
    """How often in an hour somebody was refused at a door, and why; no name, no address, nothing that was typed."""

    hour = models.DateTimeField("小时")
    # Nobody's number where nobody was known.
    person_id = models.UUIDField("人员")
    route = models.CharField("入口", max_length=120)
    reason = models.CharField("原因", max_length=24)
    times = models.IntegerField("次数", default=1)
    last_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = "被拒绝的请求"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hour", "person_id", "route", "reason"], name="refusal_once_an_hour")
        ]
        indexes: ClassVar = [models.Index(fields=["-last_at"], name="refusal_newest")]


class OpenSession(AbstractBaseSession):
    """A browser in which somebody is signed in; no address of the network is kept."""

    # The same after the key was changed: while both rows stand, not unique.
    number = models.UUIDField("编号", default=ids.new_id, editable=False)
    person_id = models.UUIDField("人员", null=True, db_index=True)
    begun_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近操作", null=True)
    browser = models.CharField("浏览器", max_length=40, default="", blank=True)
    way = models.CharField("方式", max_length=16, default="", blank=True)

    class Meta:
        verbose_name = "登录"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from tongxin.accounts.signed_in import SessionStore

        return SessionStore


class OutsideIdentity(models.Model):
    """Under which account of a province's sign-in somebody comes in; the account itself only as a keyed digest."""

    person = models.OneToOneField("accounts.Person", models.PROTECT, related_name="outside")
    digest = models.CharField("标识摘要", max_length=64, unique=True)
    linked_at = models.DateTimeField("关联时间")

    class Meta:
        verbose_name = "统一身份"
