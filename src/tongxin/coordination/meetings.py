"""Joint meetings, who was asked and came, and what departments have to do: decisions and supervision orders."""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Post
from tongxin.coordination.kept import Numbered
from tongxin.coordination.members import Member


class JointMeeting(Numbered):
    """A meeting of the members: planned, members asked, held with minutes, or called off."""

    PLANNED, ASKED, HELD, OFF = "planned", "asked", "held", "off"
    STATES: ClassVar = [(PLANNED, "准备中"), (ASKED, "已通知"), (HELD, "已开"), (OFF, "已取消")]
    kind = models.CharField("种类", max_length=12)
    planned_for = models.DateTimeField("时间")
    held_at = models.DateTimeField("开会时间", null=True)

    class Meta:
        verbose_name = "联席会议"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="joint_meeting_number")
        ]


class Attendance(models.Model):
    """A member's post at a meeting: asked, what it answered, when it signed in."""

    meeting = models.ForeignKey(JointMeeting, models.PROTECT, related_name="attendances")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("通知时间")
    reply = models.CharField("答复", max_length=12, default="")
    replied_at = models.DateTimeField("答复时间", null=True)
    signed_at = models.DateTimeField("签到时间", null=True)
    # Who sat there: a stand-in signs in too.
    signed_by = models.UUIDField("签到的人", null=True)

    class Meta:
        verbose_name = "参会"
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "member"], name="attendance_once")]


class Matter(Numbered):
    """What a department has to do by a day: a meeting's decision, or an order that supervises one."""

    DECISION, ORDER = "decision", "order"
    KINDS: ClassVar = [(DECISION, "会议决定"), (ORDER, "督办通知")]
    ISSUED, RECEIVED, ANSWERED, RETURNED, CLOSED = "issued", "received", "answered", "returned", "closed"
    STATES: ClassVar = [
        (ISSUED, "等签收"), (RECEIVED, "办理中"), (ANSWERED, "已答复，等核对"),
        (RETURNED, "退回，还要办"), (CLOSED, "办结"),
    ]
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    meeting = models.ForeignKey(JointMeeting, models.PROTECT, null=True, related_name="matters")
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="orders")
    member = models.ForeignKey(Member, models.PROTECT, related_name="matters")
    due_at = models.DateTimeField("期限")
    ring_at = models.DateTimeField("下次提醒", null=True)
    owner_post_id = models.UUIDField("现由岗位", null=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)

    class Meta:
        verbose_name = "决定和督办"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "kind", "year", "number"], name="matter_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["ring_at"], name="matter_rings"),
            models.Index(fields=["owner_post_id", "state", "due_at"], name="matter_owner"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state != self.CLOSED
