"""The duty roster: turns are only added; of those that cover a moment the one written last counts."""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Division, Person, Post
from tongxin.lib import ids


class Turn(models.Model):
    """Somebody answers for the crises of a place from one moment to another; without a person nobody does."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="辖区", related_name="+")
    from_at = models.DateTimeField("从")
    to_at = models.DateTimeField("到")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="值班", null=True, related_name="+")
    stand_in_post = models.ForeignKey(Post, models.PROTECT, verbose_name="备班岗位", null=True, related_name="+")
    stand_in = models.ForeignKey(Person, models.PROTECT, verbose_name="备班", null=True, related_name="+")
    written_by = models.ForeignKey(Person, models.PROTECT, verbose_name="排班人", related_name="+")
    written_at = models.DateTimeField("排班时间")
    # The template that it was filled from; none when somebody wrote it by hand.
    template = models.ForeignKey("Template", models.PROTECT, verbose_name="模板", null=True, related_name="+")

    class Meta:
        verbose_name = "值班"
        indexes: ClassVar = [models.Index(fields=["division", "to_at", "from_at"], name="duty_turn_at")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(from_at__lt=models.F("to_at")), name="duty_turn_lasts")
        ]


class Template(models.Model):
    """The week of a place as it is planned from a day on; of those that hold on a day the one begun last counts."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="辖区", related_name="+")
    valid_from = models.DateField("从哪天起")
    written_by = models.ForeignKey(Person, models.PROTECT, verbose_name="排班人", related_name="+")
    written_at = models.DateTimeField("排班时间")

    class Meta:
        verbose_name = "值班模板"
        indexes: ClassVar = [models.Index(fields=["division", "valid_from"], name="duty_template_from")]


class Shift(models.Model):
    """One line of a template: who answers on which days from when to when."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    template = models.ForeignKey(Template, models.PROTECT, related_name="shifts")
    line = models.PositiveSmallIntegerField("第几行")
    days = models.CharField("哪几天", max_length=9)
    starts = models.TimeField("几点开始")
    ends = models.TimeField("几点结束")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="值班", related_name="+")
    stand_in_post = models.ForeignKey(Post, models.PROTECT, verbose_name="备班岗位", null=True, related_name="+")
    stand_in = models.ForeignKey(Person, models.PROTECT, verbose_name="备班", null=True, related_name="+")

    class Meta:
        verbose_name = "值班模板的一行"
        constraints: ClassVar = [models.UniqueConstraint(fields=["template", "line"], name="duty_shift_line")]


class Swap(models.Model):
    """Two turns whose people change places: asked of the other, or decided by whoever plans, with a reason."""

    ASKED, AGREED, REFUSED, DROPPED = "asked", "agreed", "refused", "dropped"
    STATES: ClassVar = [(ASKED, "等答复"), (AGREED, "已换"), (REFUSED, "没有答应"), (DROPPED, "已收回")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="辖区", related_name="+")
    one = models.ForeignKey(Turn, models.PROTECT, verbose_name="这一班", related_name="+")
    other = models.ForeignKey(Turn, models.PROTECT, verbose_name="换成", related_name="+")
    asked_of = models.ForeignKey(Person, models.PROTECT, verbose_name="请谁答复", null=True, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, verbose_name="提出人", related_name="+")
    asked_at = models.DateTimeField("提出时间")
    reason = models.CharField("原因", max_length=20, default="")
    state = models.CharField("状态", max_length=8, choices=STATES, default=ASKED)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "换班"
        indexes: ClassVar = [models.Index(fields=["division", "state"], name="duty_swap_state")]


class GapTold(models.Model):
    """That whoever plans a place was told on a day of hours without anybody."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="辖区", related_name="+")
    on = models.DateField("日期")

    class Meta:
        verbose_name = "空班已提醒"
        constraints: ClassVar = [models.UniqueConstraint(fields=["division", "on"], name="duty_gap_once")]
