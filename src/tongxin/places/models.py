"""Sites where children are helped, with their rooms, services and inspections; report boxes of schools.

What a site is stands in clear: it is about a body, never about a child. Words of inspections and of boxes are sealed
under the site's own key, for somebody may write of a person there.
"""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Division, Organisation
from tongxin.bookings.models import Room
from tongxin.lib import ids
from tongxin.referrals.models import Service
from tongxin.vault import Owner, SealedField


class Site(models.Model):
    """One place that serves children, as it is now. `hours`: by weekday, from–to in minutes of the day."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    town_id = models.BigIntegerField("乡镇", null=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="所在地")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites", verbose_name="单位")
    kind = models.CharField("种类", max_length=32)
    name = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=120, default="", blank=True)
    # Where it lies, when somebody measured it: degrees of WGS 84, east and north.
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True)
    phone = models.CharField("单位电话", max_length=40, default="", blank=True)
    contact = models.CharField("找谁（写岗位）", max_length=40, default="", blank=True)
    area = models.DecimalField("面积（平方米）", max_digits=7, decimal_places=1, null=True)
    age_from = models.SmallIntegerField("最小几岁", default=0)
    age_to = models.SmallIntegerField("最大几岁", default=18)
    hours = models.JSONField("开放时间", default=dict)
    opens_on_holidays = models.BooleanField("放假也开", default=False)
    # How many people by role, and what is there in what state; none at all: nobody counted yet.
    staff = models.JSONField("人员", default=dict)
    equipment = models.JSONField("设备", default=dict)
    # How many of what is counted, as beds; absent: nobody counted.
    counts = models.JSONField("床位和接线位", default=dict)
    is_used = models.BooleanField("在用", default=True)
    keeper_post_id = models.UUIDField("登记岗位")
    changed_by = models.UUIDField("登记人")
    changed_at = models.DateTimeField("登记时间")
    inspect_by = models.DateField("下次检查", null=True)
    ring_at = models.DateTimeField("下次提醒", null=True)
    climbed = models.SmallIntegerField("上报次数", default=0)

    class Meta:
        verbose_name = "阵地"
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "name"], name="site_once")]
        indexes: ClassVar = [
            models.Index(fields=["county_id", "kind"], name="site_county"),
            models.Index(fields=["ring_at"], name="site_rings"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Added(models.Model):
    """A row that is only added, with who wrote it."""

    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("岗位")

    class Meta:
        abstract = True

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class SiteChange(Added):
    """What a site was from then on."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="changes")
    content = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "阵地的改动"
        indexes: ClassVar = [models.Index(fields=["site", "-at"], name="site_change")]


class SiteClosure(models.Model):
    """Days on which nobody is served; `ended_at` when it opened earlier after all."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="closures")
    first_day = models.DateField("从哪天")
    last_day = models.DateField("到哪天")
    reason = models.CharField("原因", max_length=24)
    written_by = models.UUIDField("登记人")
    written_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("提前开放", null=True)

    class Meta:
        verbose_name = "阵地关闭"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(first_day__lte=models.F("last_day")), name="site_closure_lasts")
        ]


class SiteRoom(models.Model):
    """A room that can be booked lies in this site, from–to."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="room_links")
    room = models.ForeignKey(Room, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField("从什么时候")
    linked_by = models.UUIDField("登记人")
    ended_at = models.DateTimeField("到什么时候", null=True)

    class Meta:
        verbose_name = "阵地的房间"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["room"], condition=models.Q(ended_at__isnull=True), name="site_room_once"
            )
        ]


class SiteService(models.Model):
    """A line of the service directory is offered here, from–to."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="service_links")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField("从什么时候")
    linked_by = models.UUIDField("登记人")
    ended_at = models.DateTimeField("到什么时候", null=True)

    class Meta:
        verbose_name = "阵地的服务"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "service"], condition=models.Q(ended_at__isnull=True), name="site_service_once"
            )
        ]


class Photo(Added):
    """A picture of the site without anybody in it, looked at by its bytes and sealed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="photos")
    subject = models.CharField("拍的什么", max_length=24)
    media_type = models.CharField("格式", max_length=40)
    sha256 = models.CharField("摘要", max_length=64)
    content = SealedField("内容")

    class Meta:
        verbose_name = "阵地照片"
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "sha256"], name="site_photo_once")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.site_id)


class Inspection(Added):
    """Somebody looked at a site on a day."""

    id = models.UUIDField(primary_key=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="inspections")
    done_on = models.DateField("检查日期")
    clear = models.JSONField("选项", default=dict)
    words = SealedField("文字", null=True)

    class Meta:
        verbose_name = "阵地检查"
        indexes: ClassVar = [models.Index(fields=["site", "-done_on"], name="site_inspection")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.site_id)


class Finding(models.Model):
    """Something that has to be mended by a day; it climbs until it is."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    site = models.ForeignKey(Site, models.PROTECT, related_name="findings")
    kind = models.CharField("什么问题", max_length=24)
    due_on = models.DateField("期限")
    owner_post_id = models.UUIDField("负责岗位")
    ring_at = models.DateTimeField("下次上报", null=True)
    climbed = models.SmallIntegerField("上报次数", default=0)
    mended_on = models.DateField("改好的日期", null=True)
    mended_by = models.UUIDField("谁登记的", null=True)
    mended_at = models.DateTimeField("登记时间", null=True)

    class Meta:
        verbose_name = "要整改的"
        constraints: ClassVar = [models.UniqueConstraint(fields=["inspection", "kind"], name="finding_once")]
        indexes: ClassVar = [models.Index(fields=["ring_at"], name="finding_rings")]


class Box(models.Model):
    """A report box of a school with two locks; the two keys lie with two posts of two kinds."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="boxes")
    number = models.IntegerField("编号")
    place = models.CharField("挂在哪里", max_length=40)
    phone = models.CharField("箱上的电话", max_length=40)
    key_one = models.CharField("第一把钥匙", max_length=24)
    key_two = models.CharField("第二把钥匙", max_length=24)
    is_used = models.BooleanField("在用", default=True)
    owner_post_id = models.UUIDField("负责岗位")
    placed_at = models.DateTimeField("登记时间")
    placed_by = models.UUIDField("登记人")
    open_by = models.DateField("下次开箱")
    ring_at = models.DateTimeField("下次提醒", null=True)
    climbed = models.SmallIntegerField("上报次数", default=0)

    class Meta:
        verbose_name = "举报箱"
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "number"], name="box_number")]
        indexes: ClassVar = [models.Index(fields=["ring_at"], name="box_rings")]


class BoxOpening(Added):
    """Two people opened the box together and found so many letters."""

    id = models.UUIDField(primary_key=True, editable=False)
    box = models.ForeignKey(Box, models.PROTECT, related_name="openings")
    opened_on = models.DateField("开箱日期")
    found = models.SmallIntegerField("几封")
    words = SealedField("谁开的", null=True)

    class Meta:
        verbose_name = "开箱"
        indexes: ClassVar = [models.Index(fields=["box", "-opened_on"], name="box_opening")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.box.site_id)


class Letter(Added):
    """One letter of an opening became a clue; what stood in it is in the clue alone."""

    opening = models.ForeignKey(BoxOpening, models.PROTECT, related_name="letters")
    number = models.SmallIntegerField("第几封")
    clue_id = models.UUIDField("线索", unique=True)

    class Meta:
        verbose_name = "箱里的信"
        constraints: ClassVar = [models.UniqueConstraint(fields=["opening", "number"], name="letter_once")]
