"""The child, the household, the adults around, and what holds from–to.

Clear columns are codes, dates of events, places and the birth month; names, numbers, contacts and
addresses are sealed under their owner's key (spine B3, B5).
"""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.people.link_table import ChildLink
from tongxin.people.token_table import ChildMarks, ChildToken
from tongxin.vault import Owner, SealedField


class Placed(models.Model):
    """Ancestor columns: scope is decided by these, never by code prefix (spine C10)."""

    province_id = models.BigIntegerField(null=True)
    city_id = models.BigIntegerField(null=True)
    county_id = models.BigIntegerField(null=True)
    town_id = models.BigIntegerField(null=True)
    village_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class Household(Placed):
    """Those who live together; one visit can cover several children."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    address = SealedField("地址", null=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "家庭"

    @property
    def key_owner(self) -> Owner:
        return Owner("household", self.id)


class Child(Placed):
    """A child with one file. Residence is in the ancestor columns; hukou stands apart."""

    SEX: ClassVar = [("male", "男"), ("female", "女"), ("unknown", "未知")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    file_no = models.CharField("档案编号", max_length=24, unique=True)
    name = SealedField("姓名", null=True)
    id_no = SealedField("证件号码", null=True)
    id_kind = models.CharField("证件类型", max_length=24, default="resident_id")
    birth = SealedField("出生日期", null=True)
    birth_month = models.DateField("出生年月", null=True)
    sex = models.CharField("性别", max_length=8, choices=SEX, default="unknown")
    phone = SealedField("联系电话", null=True)
    address = SealedField("居住地址", null=True)
    hukou_division_id = models.BigIntegerField("户籍地", null=True)
    # Keyed, truncated digests by which a later list finds the same child (spine B5).
    id_token = models.BinaryField(null=True)
    person_token = models.BinaryField(null=True)
    state = models.CharField("现状", max_length=24, default="present")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="children")
    created_at = models.DateTimeField("建档时间")

    class Meta:
        verbose_name = "儿童"
        indexes: ClassVar = [
            models.Index(fields=[f"{level}_id", "id"], name=f"child_{level}")
            for level in ("county", "town", "village")
        ] + [
            models.Index(fields=["id_token"], name="child_id_token"),
            models.Index(fields=["person_token"], name="child_person_token"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.id)


class Adult(models.Model):
    """A parent, guardian or carer."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = SealedField("姓名", null=True)
    id_no = SealedField("证件号码", null=True)
    phone = SealedField("联系电话", null=True)
    state = models.CharField("现状", max_length=24, default="unknown")

    class Meta:
        verbose_name = "成年人"

    @property
    def key_owner(self) -> Owner:
        return Owner("adult", self.id)


class Carer(models.Model):
    """Who cares for a child from–to, in which relation; `is_concern` closes that person's page (A4)."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="carers")
    adult = models.ForeignKey(Adult, models.PROTECT, related_name="cares_for")
    relation = models.CharField("与儿童关系", max_length=40)
    is_guardian = models.BooleanField("监护人", null=True)
    is_entrusted = models.BooleanField("委托照护", null=True)
    is_concern = models.BooleanField("需要回避", default=False)
    from_on = models.DateField("开始", null=True)
    to_on = models.DateField("结束", null=True)
    entry_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = "照料关系"


class Membership(models.Model):
    """A child's or an adult's time in a household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="memberships")
    adult = models.ForeignKey(Adult, models.PROTECT, null=True, related_name="memberships")
    from_on = models.DateField("开始", null=True)
    to_on = models.DateField("结束", null=True)
    entry_id = models.UUIDField(null=True, db_index=True)
    ended_by = models.UUIDField(null=True, db_index=True)

    class Meta:
        verbose_name = "家庭成员"


class CategorySpan(models.Model):
    """One category of difficulty from–to; a child can have several at a time."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="categories")
    category = models.CharField("困境类别", max_length=40)
    start_on = models.DateField("开始", null=True)
    end_on = models.DateField("结束", null=True)
    source = models.CharField("来源", max_length=24)
    entry_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = "困境类别"
        indexes: ClassVar = [models.Index(fields=["child", "category"], name="span_child")]


class Alias(models.Model):
    """Two files found to be one child: neither id is rewritten, and it can be undone."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="aliases")
    same_as = models.ForeignKey(Child, models.PROTECT, related_name="also_known_as")
    event_id = models.UUIDField()
    undone_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = "同一儿童"


__all__ = [
    "Adult", "Alias", "Carer", "CategorySpan", "Child", "ChildLink", "ChildMarks", "ChildToken", "Household",
    "Membership",
]
