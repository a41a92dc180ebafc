"""Places, organisations, posts and the people who hold them.

A post owns cases and tasks; a person holds a post from–to. Handing over changes the holder
and nothing else (spine C10).
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tongxin.accounts.entrance import Factor as Factor
from tongxin.accounts.entrance import OpenSession as OpenSession
from tongxin.accounts.entrance import OutsideIdentity as OutsideIdentity
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

LEVELS = ("province", "city", "county", "town", "village")
# Above the tree: where posts of the nation stand. It is the ancestor of no row, so it never says who may see a child.
NATION = "nation"


def places_of(row: Any) -> dict[str, int | None]:
    """The ancestor columns of anything that has a place, as keyword arguments for another row."""
    return {f"{level}_id": getattr(row, f"{level}_id") for level in LEVELS}


class Division(models.Model):
    """One place of the statistical division code, valid from–to; its ancestors are columns."""

    code = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("层级", max_length=8, choices=[(level, level) for level in (NATION, *LEVELS)])
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    province_id = models.BigIntegerField(null=True)
    city_id = models.BigIntegerField(null=True)
    county_id = models.BigIntegerField(null=True)
    town_id = models.BigIntegerField(null=True)
    village_id = models.BigIntegerField(null=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")

    class Meta:
        verbose_name = "行政区划"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="division_code_from")
        ]
        indexes: ClassVar = [models.Index(fields=["parent", "code"], name="division_parent")]

    def __str__(self) -> str:
        return self.name

    @property
    def ancestors(self) -> dict[str, int | None]:
        """The ids of this place and of all that contain it, by level."""
        return places_of(self)


class Organisation(models.Model):
    """A body that takes part: a civil affairs bureau, a hospital, a school, a social organisation."""

    kind = models.CharField("类别", max_length=40)
    name = models.CharField("名称", max_length=120)
    division = models.ForeignKey(Division, models.PROTECT, related_name="organisations")

    class Meta:
        verbose_name = "单位"

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login=username)


class Person(AbstractBaseUser):
    """Somebody who works here and signs in."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    login = models.CharField("登录名", max_length=60, unique=True)
    name = SealedField("姓名")
    phone = SealedField("电话", null=True)
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    one_time_since = models.DateTimeField("初始密码发出", null=True)
    # The post somebody was let in for: until they hold one, it says whose desk reaches them.
    first_post = models.ForeignKey("Post", models.PROTECT, null=True, related_name="+")
    # When a second factor was first asked for: the days of grace count from here.
    factor_asked_at = models.DateTimeField("要求第二步验证", null=True)
    conduct_hash = models.CharField("已接受的行为守则", max_length=64, default="", blank=True)
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    class Meta:
        verbose_name = "工作人员"

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.id)


class Post(models.Model):
    """A duty at a place: 儿童主任 of village X. It owns cases and tasks, whoever holds it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    role = models.CharField("角色", max_length=40)
    title = models.CharField("岗位名称", max_length=120)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    division = models.ForeignKey(Division, models.PROTECT, related_name="posts")
    reports_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="reporting")

    class Meta:
        verbose_name = "岗位"
        indexes: ClassVar = [models.Index(fields=["division", "role"], name="post_place_role")]

    def __str__(self) -> str:
        return self.title


class Holding(models.Model):
    """Who held a post from–to, in their own right or standing in."""

    HOLDER, STAND_IN = "holder", "stand_in"
    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="holdings")
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束", null=True)
    kind = models.CharField(
        "方式", max_length=8, choices=[(HOLDER, "任职"), (STAND_IN, "代理")], default=HOLDER
    )
    # The last of its moments (beginning, end) after which the post's cases were looked at.
    followed_at = models.DateTimeField("已跟进", null=True)

    class Meta:
        verbose_name = "任职"
        indexes: ClassVar = [
            models.Index(fields=["person", "to_at"], name="holding_person"),
            models.Index(fields=["followed_at", "from_at"], name="holding_begins"),
            models.Index(fields=["to_at", "followed_at"], name="holding_ends"),
        ]


class Introduction(models.Model):
    """What whoever leaves tells the next holder of a post about one group of children, sealed for that person."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="introductions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="introductions")
    group = models.CharField("分组", max_length=12)
    children = models.IntegerField("儿童人数")
    child_ids = models.JSONField("儿童", default=list)
    note = SealedField("交接说明")
    at = models.DateTimeField("时间")
    from_at = models.DateTimeField("接手时间")

    class Meta:
        verbose_name = "交接说明"
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="introduction_person")]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.person_id)


class Throttle(models.Model):
    """Wrong tries at one login, by a keyed digest: the login itself doesn't stand here."""

    digest = models.CharField(primary_key=True, max_length=64)
    tries = models.SmallIntegerField("次数", default=0)
    last_at = models.DateTimeField("最近一次", db_index=True)
    paused_until = models.DateTimeField("暂停至", null=True)

    class Meta:
        verbose_name = "登录尝试"
