"""What definitions make of an entry: scores, action levels, gates. Derived, can be rebuilt."""

from typing import ClassVar

from django.db import models


class Result(models.Model):
    """The clear outcome of one entry under the definition hashes in force when it was recorded."""

    entry_id = models.UUIDField(primary_key=True)
    child_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    form_hash = models.CharField(max_length=64)
    data = models.JSONField()
    definitions = models.JSONField()

    class Meta:
        verbose_name = "推算结果"
        indexes: ClassVar = [
            models.Index(fields=["child_id"], name="result_child"),
            models.Index(fields=["kind", "child_id"], name="result_kind"),
        ]
