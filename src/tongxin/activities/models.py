"""Activities: the plan, each time one is held, who came (children by list, others by number), what is said.

Figures are counts. A child stands on a list only, which is read like the file; titles and plans are sealed.
"""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Organisation
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Activity(models.Model):
    """A plan of a body, of one day or several: what for, for whom, where; held after approval where its kind asks."""

    PLANNED, APPROVED, RETURNED, CLOSED, CANCELLED = ("planned", "approved", "returned", "closed", "cancelled")
    STATES: ClassVar = [
        (PLANNED, "等批准"), (APPROVED, "可以开展"), (RETURNED, "退回修改"), (CLOSED, "已小结"), (CANCELLED, "已取消"),
    ]
    id = models.UUIDField(primary_key=True, editable=False)
    county_id = models.BigIntegerField("区县")
    town_id = models.BigIntegerField("乡镇", null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("种类", max_length=24)
    # Where it is held, when that is a site; the package of places is a neighbour of this one.
    site_id = models.UUIDField("阵地", null=True, db_index=True)
    clear = models.JSONField("选项", default=dict)
    words = SealedField("名称、目标、地点、安全预案、小结", null=True)
    first_day = models.DateField("从哪天")
    last_day = models.DateField("到哪天")
    state = models.CharField("状态", max_length=10, choices=STATES, default=PLANNED)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")
    decided_at = models.DateTimeField("批准时间", null=True)
    decided_by = models.UUIDField("批准人", null=True)
    reason = models.CharField("退回或取消的原因", max_length=24, default="", blank=True)
    closed_at = models.DateTimeField("小结时间", null=True)
    closed_by = models.UUIDField("小结人", null=True)
    # Over, with children of whom nobody said who has them: the day on which that was told last.
    told_on = models.DateField("哪天提醒过", null=True)

    class Meta:
        verbose_name = "活动"
        indexes: ClassVar = [
            models.Index(fields=["county_id", "first_day"], name="activity_county"),
            models.Index(fields=["organisation", "first_day"], name="activity_body"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Occasion(models.Model):
    """One time that an activity is held (场次). `came`: everybody; `first_time`: of them unlisted and new this year."""

    id = models.UUIDField(primary_key=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="occasions")
    held_on = models.DateField("日期")
    clear = models.JSONField("选项", default=dict)
    # Blank while only sign-in counts.
    came = models.IntegerField("参加人次", null=True)
    first_time = models.IntegerField("其中今年第一次来", null=True)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("岗位")
    withdrawn_at = models.DateTimeField("撤回", null=True)
    withdrawn_by = models.UUIDField("撤回人", null=True)

    class Meta:
        verbose_name = "一场活动"
        indexes: ClassVar = [models.Index(fields=["held_on"], name="occasion_day")]


class Listed(models.Model):
    """A child on the list of an activity, with the guardian's answer; after an erasure only that somebody was there."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="listed")
    child_id = models.UUIDField("儿童", null=True, db_index=True)
    number = models.SmallIntegerField("第几号")
    group = models.SmallIntegerField("第几组", default=1)
    # The guardian's answer: by whom, how, which day; empty while nobody answered.
    consent = models.JSONField("同意", default=dict)
    # After an outing, who has the child: whose hands, which day, signed, well; empty while nobody said.
    returned = models.JSONField("交回", default=dict)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    left_at = models.DateTimeField("移出", null=True)

    class Meta:
        verbose_name = "活动名单"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activity", "child_id"], condition=models.Q(left_at__isnull=True), name="activity_listed_once"
            ),
            models.UniqueConstraint(fields=["activity", "number"], name="listed_number"),
        ]


class Came(models.Model):
    """A listed child was there; ticked by mistake, the row stays and counts no more."""

    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="children")
    listed = models.ForeignKey(Listed, models.PROTECT, related_name="times")
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")

    cancelled_at = models.DateTimeField("撤回", null=True)
    cancelled_by = models.UUIDField("撤回人", null=True)

    class Meta:
        verbose_name = "孩子签到"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["occasion", "listed"], condition=models.Q(cancelled_at__isnull=True), name="came_once"
            )
        ]


class Code(models.Model):
    """The code of a sign-in, good for hours; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="codes")
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效期至")
    person_id = models.UUIDField("生成人")
    revoked_at = models.DateTimeField("作废", null=True)

    class Meta:
        verbose_name = "签到码"


class SignIn(models.Model):
    """Somebody who came, with how many: without an account, under a name of their own or none. Only added."""

    id = models.UUIDField(primary_key=True, editable=False)
    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="sign_ins")
    whom = models.CharField("谁", max_length=12)
    many = models.SmallIntegerField("几位")
    first_time = models.BooleanField("今年第一次来")
    words = SealedField("姓名", null=True)
    at = models.DateTimeField("签到时间")

    class Meta:
        verbose_name = "扫码签到"

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.occasion.activity_id)


class Feedback(models.Model):
    """What somebody said of an activity: choices only, and nothing that tells who or at what hour."""

    id = models.UUIDField(primary_key=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="feedback")
    clear = models.JSONField("选项", default=dict)
    said_on = models.DateField("哪天")

    class Meta:
        verbose_name = "活动反馈"


class Photo(models.Model):
    """A photo of an activity, sealed; kept while every listed child on it agreed to photos."""

    id = models.UUIDField(primary_key=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="photos")
    media_type = models.CharField("格式", max_length=40)
    size = models.IntegerField("大小")
    content = SealedField("内容", null=True)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    withdrawn_at = models.DateTimeField("撤下", null=True)

    class Meta:
        verbose_name = "活动照片"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.activity_id)


class Shown(models.Model):
    """A listed child on a photo."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="shown")
    listed = models.ForeignKey(Listed, models.PROTECT, related_name="photos")

    class Meta:
        verbose_name = "照片上的孩子"
        constraints: ClassVar = [models.UniqueConstraint(fields=["photo", "listed"], name="shown_once")]


class Publicity(models.Model):
    """What was published by which channel, how often, and how many saw it as told by whom."""

    id = models.UUIDField(primary_key=True, editable=False)
    county_id = models.BigIntegerField("区县")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    channel = models.CharField("渠道", max_length=24)
    published_on = models.DateField("哪天发的")
    clear = models.JSONField("选项", default=dict)
    words = SealedField("标题、链接", null=True)
    times = models.IntegerField("场次、条数")
    reach = models.IntegerField("人次", null=True)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    post_id = models.UUIDField("岗位")
    withdrawn_at = models.DateTimeField("撤回", null=True)

    class Meta:
        verbose_name = "宣传"
        indexes: ClassVar = [models.Index(fields=["county_id", "published_on"], name="publicity_county")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Doubt(models.Model):
    """A number that looked implausible and was saved with a reason; another person says whether it is right."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    # An activity, an occasion or a line of publicity.
    about_id = models.UUIDField("哪一条", db_index=True)
    activity_id = models.UUIDField("活动", null=True)
    rule = models.CharField("规则", max_length=24)
    number = models.IntegerField("数目")
    limit = models.IntegerField("疑问线")
    words = SealedField("原因", null=True)
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    is_right = models.BooleanField("属实", null=True)
    settled_at = models.DateTimeField("核实时间", null=True)
    settled_by = models.UUIDField("核实人", null=True)

    class Meta:
        verbose_name = "数目的疑问"
        constraints: ClassVar = [models.UniqueConstraint(fields=["about_id", "rule"], name="doubt_once")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.about_id if self.activity_id is None else self.activity_id)
