"""What is known of people who help: clearances, qualifications with evidence, and the teams they form."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from tongxin.accounts.models import Organisation, Person, Post
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


def owner_of(*, person_id: UUID | None, companion_id: UUID | None) -> Owner:
    """Whose key seals the words about somebody: their own, with an account or without one."""
    if person_id is not None:
        return Owner("staff", person_id)
    if companion_id is None:
        raise LookupError("about nobody")
    return Owner("file", companion_id)


class Added(models.Model):
    """A row that is only added: who wrote it from which post, and when."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")

    class Meta:
        abstract = True

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Clearance(Added):
    """What a yearly question about a criminal record came to; the newest counts, a found one until several lift it."""

    about = models.ForeignKey(Person, models.PROTECT, related_name="clearances")
    county_id = models.BigIntegerField("区县")
    result = models.CharField("结果", max_length=12)
    done_on = models.DateField("查询日期")
    # None where the result keeps somebody from children.
    valid_until = models.DateField("有效到", null=True)
    words = SealedField("凭据", null=True)

    class Meta:
        verbose_name = "入职查询"
        indexes: ClassVar = [models.Index(fields=["about", "-done_on", "-at"], name="clearance_newest")]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.about_id)


class Start(Added):
    """From which day a county gives no child to anybody without a clearance; the newest row counts."""

    county_id = models.BigIntegerField("区县", db_index=True)
    from_on = models.DateField("从哪天起")

    class Meta:
        verbose_name = "入职查询起始"


class Reminder(models.Model):
    """The last day for which somebody's keeper was told, so that each is told once."""

    about_id = models.UUIDField("谁或哪一份")
    until = models.DateField("有效到")
    is_over = models.BooleanField("已过期")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "到期提醒"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["about_id", "until", "is_over"], name="workforce_reminded")
        ]


class Qualification(Added):
    """A certificate somebody has; it counts once a second person has seen it."""

    about = models.ForeignKey(Person, models.PROTECT, null=True, related_name="qualifications")
    companion_id = models.UUIDField("陪伴者", null=True, db_index=True)
    county_id = models.BigIntegerField("区县", db_index=True)
    kind = models.CharField("种类", max_length=24)
    issued_on = models.DateField("发证日期")
    expires_on = models.DateField("有效到", null=True)
    words = SealedField("发证机关、编号", null=True)

    class Meta:
        verbose_name = "资质"
        indexes: ClassVar = [models.Index(fields=["expires_on"], name="qualification_expires")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(about__isnull=False, companion_id__isnull=True)
                | models.Q(about__isnull=True, companion_id__isnull=False),
                name="qualification_of_one",
            )
        ]

    @property
    def key_owner(self) -> Owner:
        return owner_of(person_id=self.about_id, companion_id=self.companion_id)


class Verdict(Added):
    """What a second person found when they looked at the certificate."""

    qualification = models.OneToOneField(Qualification, models.PROTECT, related_name="verdict")
    agrees = models.BooleanField("属实")
    reason = models.CharField("原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "资质核对"


class Evidence(Added):
    """The certificate itself, sealed; its hash in clear, so that the original can be held against it."""

    qualification = models.OneToOneField(Qualification, models.PROTECT, related_name="evidence")
    media_type = models.CharField("格式", max_length=40)
    size = models.IntegerField("大小")
    sha256 = models.CharField("摘要", max_length=64)
    content = SealedField("内容")

    class Meta:
        verbose_name = "资质证明"

    @property
    def key_owner(self) -> Owner:
        return self.qualification.key_owner


class Team(Added):
    """People who work together for a town or a school."""

    county_id = models.BigIntegerField("区县")
    number = models.IntegerField("编号")
    kind = models.CharField("种类", max_length=24)
    town_id = models.BigIntegerField("镇（街道）", null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="单位")
    ended_at = models.DateTimeField("解散时间", null=True)
    ended_by = models.UUIDField("解散人", null=True)

    class Meta:
        verbose_name = "团队"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="team_number")]

    def save(self, **more: Any) -> None:
        """Added once; afterwards only its end is written."""
        models.Model.save(self, **more)


class TeamMember(models.Model):
    """A post or a companion in a team, from–to; whoever holds the post is in it."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    companion_id = models.UUIDField("陪伴者", null=True)
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束", null=True)
    added_by = models.UUIDField("登记人")

    class Meta:
        verbose_name = "团队成员"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "post"], condition=models.Q(to_at__isnull=True), name="team_post_once"
            ),
            models.UniqueConstraint(
                fields=["team", "companion_id"], condition=models.Q(to_at__isnull=True), name="team_companion_once"
            ),
        ]


class TeamChild(models.Model):
    """A child whom a team serves, from–to. It opens nothing of the file to anybody."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="children")
    child_id = models.UUIDField("儿童", db_index=True)
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束", null=True)
    given_by = models.UUIDField("登记人")

    class Meta:
        verbose_name = "团队服务的儿童"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "child_id"], condition=models.Q(to_at__isnull=True), name="team_child_once"
            )
        ]
