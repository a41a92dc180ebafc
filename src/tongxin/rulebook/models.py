"""Every version of every definition that was ever in force, kept for good (spine B1, C6)."""

from typing import ClassVar

from django.db import models

from tongxin.lib.ordered_json import OrderedJSONField


class DefinitionVersion(models.Model):
    """One resolved content of a definition; `hash` names it wherever a record was made with it."""

    hash = models.CharField(max_length=64)
    kind = models.CharField("种类", max_length=24)
    definition_id = models.CharField("定义", max_length=60)
    region = models.CharField("地区", max_length=12)
    valid_from = models.DateField("启用日期")
    adopted_at = models.DateTimeField("采用时间")
    content = OrderedJSONField("内容")
    source = models.TextField("依据")

    class Meta:
        verbose_name = "规则版本"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "definition_id", "region", "valid_from", "hash", "adopted_at"],
                name="definition_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["hash"], name="definition_hash")]
