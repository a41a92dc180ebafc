"""Which body takes part for each department of a county, and by which posts it is reached."""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Organisation, Post


class Member(models.Model):
    """A body that is the member for a department from–to."""

    county_id = models.BigIntegerField("区县")
    department = models.CharField("部门", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束", null=True)
    person_id = models.UUIDField("登记人")

    class Meta:
        verbose_name = "成员单位"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["county_id", "department"], condition=models.Q(to_at__isnull=True), name="member_of_department"
            )
        ]


class Contact(models.Model):
    """A post by which a member is reached from–to; whoever holds it answers. `rank` 0 is asked first."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="contacts")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    rank = models.SmallIntegerField("次序", default=0)
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束", null=True)
    person_id = models.UUIDField("登记人")

    class Meta:
        verbose_name = "联系岗位"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "post"], condition=models.Q(to_at__isnull=True), name="contact_once"
            )
        ]
