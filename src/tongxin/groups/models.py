"""Groups of children who meet under one protocol. What happened to a child in a meeting stands in the child's own
record; here is only who belongs together, when they meet, and which entry came of it.

Clear columns are codes, counts, posts and moments; where a group meets is sealed (spine B5).
"""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Division, Person, Post
from tongxin.lib import ids
from tongxin.people.models import Child, Placed
from tongxin.vault import Owner, SealedField


class Group(Placed):
    """One group: a protocol, its leaders, how many fit in, from when to when. It has a number, never a name."""

    OPEN, ENDED, DROPPED = "open", "ended", "dropped"
    STATES: ClassVar = [(OPEN, "进行中"), (ENDED, "已结束"), (DROPPED, "已取消")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    year = models.IntegerField("年份")
    number = models.IntegerField("编号")
    protocol = models.CharField("方案", max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, related_name="groups")
    room = SealedField("在哪里", null=True)
    leader = models.ForeignKey(Post, models.PROTECT, related_name="groups_led")
    second = models.ForeignKey(Post, models.PROTECT, null=True, related_name="groups_seconded")
    supervisor = models.ForeignKey(Post, models.PROTECT, null=True, related_name="groups_supervised")
    least = models.SmallIntegerField("最少人数")
    most = models.SmallIntegerField("最多人数")
    age_from = models.SmallIntegerField("年龄从")
    age_to = models.SmallIntegerField("年龄到")
    state = models.CharField("状态", max_length=8, choices=STATES, default=OPEN)
    planned_at = models.DateTimeField("建立时间")
    planned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "小组"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "year", "number"], name="group_number")]
        indexes: ClassVar = [
            models.Index(fields=["leader", "state"], name="group_leader"),
            models.Index(fields=["county_id", "state"], name="group_county"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Member(models.Model):
    """A child in a group from–to. `course_id` is the entry by which the course began, with its safety questions."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    child = models.ForeignKey(Child, models.PROTECT, related_name="group_places")
    course_id = models.UUIDField("课程")
    joined_at = models.DateTimeField("加入")
    left_at = models.DateTimeField("离开", null=True)
    left_reason = models.CharField("离开原因", max_length=24, default="")

    class Meta:
        verbose_name = "组员"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "child"], condition=models.Q(left_at__isnull=True), name="member_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["child"], name="member_child")]


class Meeting(models.Model):
    """One time that a group meets: planned, held, or called off with a reason."""

    PLANNED, HELD, CALLED_OFF = "planned", "held", "called_off"
    STATES: ClassVar = [(PLANNED, "待开展"), (HELD, "已开展"), (CALLED_OFF, "已取消")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="meetings")
    number = models.SmallIntegerField("次序")
    # Which session of the protocol it holds; a meeting called off hands its session on to the next one.
    session_no = models.SmallIntegerField("第几次", null=True)
    planned_for = models.DateTimeField("计划时间")
    minutes = models.SmallIntegerField("分钟")
    state = models.CharField("状态", max_length=12, choices=STATES, default=PLANNED)
    reason = models.CharField("取消原因", max_length=24, default="")
    told_at = models.DateTimeField("登记时间", null=True)
    told_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    told_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "活动"
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "number"], name="meeting_once")]
        indexes: ClassVar = [models.Index(fields=["state", "planned_for"], name="meeting_next")]


class Presence(models.Model):
    """The entry in a child's record that came of a meeting; whether the child was there is said by the entry."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="presences")
    member = models.ForeignKey(Member, models.CASCADE, related_name="presences")
    entry_id = models.UUIDField("记录", unique=True)

    class Meta:
        verbose_name = "签到"
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "member"], name="presence_once")]


class Supervision(Placed):
    """A supervision meeting: who supervised whom, on which day; what was said is sealed under its own key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    supervisor = models.ForeignKey(Person, models.PROTECT, related_name="+")
    supervisor_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="supervisions")
    held_on = models.DateField("日期")
    way = models.CharField("方式", max_length=24)
    # None of meetings that were recorded before minutes were asked for; they count for no hours.
    minutes = models.IntegerField("分钟", null=True)
    note = SealedField("要点", null=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "督导"
        indexes: ClassVar = [models.Index(fields=["post", "-held_on"], name="supervision_post")]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Supervised(models.Model):
    """One session that a supervision meeting looked at."""

    supervision = models.ForeignKey(Supervision, models.CASCADE, related_name="sessions")
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    entry_id = models.UUIDField("记录", db_index=True)

    class Meta:
        verbose_name = "督导过的记录"
        constraints: ClassVar = [models.UniqueConstraint(fields=["supervision", "entry_id"], name="supervised_once")]
