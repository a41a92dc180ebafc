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

    class Meta:
        verbose_name = "值班"
        indexes: ClassVar = [models.Index(fields=["division", "to_at", "from_at"], name="duty_turn_at")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(from_at__lt=models.F("to_at")), name="duty_turn_lasts")
        ]
