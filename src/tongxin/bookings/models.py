"""Rooms, the rota and bookings. A booking doesn't say whose it is: that stands apart, where the file's rules reach it.

No double booking is the database's own promise: a booking takes a row for each quarter of an hour of its room, its
counsellor and its child, and there is only one such row.
"""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Division, Organisation, Person, Post
from tongxin.lib import ids

# The quarter of an hour is how slots are stored; another one would need all of them to be written anew.
GRID = timedelta(minutes=15)


class Room(models.Model):
    """A room of a body: what it is for, what is in it, when it is open. `hours`: by weekday, from–to in minutes."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="rooms")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    door = models.CharField("门牌", max_length=40, default="", blank=True)
    kind = models.CharField("类型", max_length=24)
    capacity = models.SmallIntegerField("最多几人")
    is_private = models.BooleanField("单独", default=True)
    is_soundproof = models.BooleanField("隔音", default=False)
    equipment = models.JSONField("设备", default=dict)
    hours = models.JSONField("开放时间", default=dict)
    is_used = models.BooleanField("在用", default=True)
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "房间"
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "name"], name="room_once")]
        indexes: ClassVar = [models.Index(fields=["division", "is_used"], name="room_place")]

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """Days on which a room can't be used; `ended_at` when it could be used earlier after all."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="closures")
    first_day = models.DateField("从哪天")
    last_day = models.DateField("到哪天")
    reason = models.CharField("原因", max_length=24)
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("提前开放", null=True)

    class Meta:
        verbose_name = "房间关闭"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(first_day__lte=models.F("last_day")), name="closure_lasts")
        ]


class Shift(models.Model):
    """Somebody sits in a room at these hours of a weekday, from a day to a day or for good; minutes of the day."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="shifts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="shifts")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    weekday = models.SmallIntegerField("星期")
    starts = models.SmallIntegerField("从几点")
    ends = models.SmallIntegerField("到几点")
    first_day = models.DateField("从哪天")
    last_day = models.DateField("到哪天", null=True)
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField("排班时间")

    class Meta:
        verbose_name = "坐班"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(starts__lt=models.F("ends")), name="shift_lasts")
        ]
        indexes: ClassVar = [
            models.Index(fields=["room", "weekday"], name="shift_room"),
            models.Index(fields=["person", "weekday"], name="shift_person"),
        ]


class Change(models.Model):
    """Another one, or nobody, sits on one day of a shift. What is only asked changes nothing until it is answered.

    The two of a swap have one `pair` and are answered together.
    """

    ASKED, AGREED, REFUSED = "asked", "agreed", "refused"
    STATES: ClassVar = [(ASKED, "等对方答复"), (AGREED, "已答应"), (REFUSED, "没有答应")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="changes")
    day = models.DateField("哪天")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    # Who has to say yes to it.
    asked_of = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    pair = models.UUIDField("互换", null=True)
    state = models.CharField("状态", max_length=8, choices=STATES)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "换班"
        indexes: ClassVar = [
            models.Index(fields=["shift", "day"], name="change_shift_day"),
            models.Index(fields=["asked_of", "state"], name="change_asked_of"),
        ]


class Booking(models.Model):
    """A room and a counsellor at a time. For whom by code only; the child is named in `BookedChild`."""

    BOOKED, ARRIVED, NO_SHOW, CANCELLED = "booked", "arrived", "no_show", "cancelled"
    STATES: ClassVar = [(BOOKED, "已预约"), (ARRIVED, "已到"), (NO_SHOW, "没有来"), (CANCELLED, "已取消")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="bookings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="bookings")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    whom = models.CharField("为谁", max_length=12)
    people = models.SmallIntegerField("人数", default=1)
    state = models.CharField("状态", max_length=12, choices=STATES, default=BOOKED)
    series = models.UUIDField("每周重复", null=True)
    # Which meeting of a group takes place here; groups lie above this layer.
    meeting_id = models.UUIDField("小组的哪一场", null=True)
    why = models.CharField("取消原因", max_length=24, default="")
    moves = models.SmallIntegerField("改期次数", default=0)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("预约时间")
    changed_at = models.DateTimeField("最近改动")
    reminded_at = models.DateTimeField("已提醒", null=True)
    # When it was found that its session has no record; or that it has one.
    missed_at = models.DateTimeField("发现没有记录", null=True)
    recorded_at = models.DateTimeField("有了记录", null=True)

    class Meta:
        verbose_name = "预约"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(starts_at__lt=models.F("ends_at")), name="booking_lasts")
        ]
        indexes: ClassVar = [
            models.Index(fields=["room", "starts_at"], name="booking_room"),
            models.Index(fields=["person", "starts_at"], name="booking_person"),
            models.Index(fields=["state", "ends_at"], name="booking_state"),
            models.Index(fields=["meeting_id"], name="booking_meeting"),
        ]


class BookedChild(models.Model):
    """Whose booking it is, or whose carer's: seen by whoever may see the file, and gone with it."""

    booking = models.OneToOneField(Booking, models.CASCADE, primary_key=True, related_name="booked")
    child_id = models.UUIDField("儿童")

    class Meta:
        verbose_name = "预约的儿童"
        indexes: ClassVar = [models.Index(fields=["child_id"], name="booked_child")]


class Slot(models.Model):
    """A quarter of an hour that is taken: of a room, of a counsellor, of a child (under a keyed digest)."""

    ROOM, PERSON, CHILD, CARER = "room", "person", "child", "carer"
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="slots")
    kind = models.CharField("占用", max_length=8)
    key = models.UUIDField("哪一个")
    at = models.DateTimeField("从")

    class Meta:
        verbose_name = "占用的时间"
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key", "at"], name="slot_once")]


class Feed(models.Model):
    """A calendar that a program fetches by a secret address, of a counsellor or of a room; only a digest is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    digest = models.CharField("摘要", max_length=64, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效期至")
    seen_at = models.DateTimeField("最近读取", null=True)
    revoked_at = models.DateTimeField("作废", null=True)

    class Meta:
        verbose_name = "日历订阅"
        indexes: ClassVar = [
            models.Index(fields=["person", "revoked_at"], name="feed_person"),
            models.Index(fields=["room", "revoked_at"], name="feed_room"),
        ]
