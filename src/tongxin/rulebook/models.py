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


class Overlay(models.Model):
    """What a region changed on a page, as adopted: laid over whatever stands above it, now and later."""

    kind = models.CharField("种类", max_length=24)
    definition_id = models.CharField("定义", max_length=60)
    region = models.CharField("地区", max_length=12)
    valid_from = models.DateField("启用日期")
    patch = OrderedJSONField("改动")
    source = models.TextField("依据")
    adopted_at = models.DateTimeField("采用时间")
    amendment_id = models.UUIDField("修改稿")

    class Meta:
        verbose_name = "地区改动"
        indexes: ClassVar = [models.Index(fields=["region", "kind", "definition_id"], name="overlay_place")]


class Amendment(models.Model):
    """Changes to a region's definitions that one person writes and another adopts, all together or not at all.

    `patches` and `based_on` go by `kind/id`: what the overlay would say, and the hash of what held when it was begun.
    `revision` counts the savings; `writers` are all who ever wrote in it.
    """

    OPEN, PROPOSED, ADOPTED, DROPPED = "open", "proposed", "adopted", "dropped"
    LIVE = (OPEN, PROPOSED)

    id = models.UUIDField(primary_key=True)
    region = models.CharField("地区", max_length=12)
    state = models.CharField("状态", max_length=12, default=OPEN)
    patches = OrderedJSONField("改动", default=dict)
    based_on = OrderedJSONField("据以修改的版本", default=dict)
    revision = models.IntegerField("第几次保存", default=1)
    writers = OrderedJSONField("写过的人", default=list)
    begun_at = models.DateTimeField("开始时间")
    changed_at = models.DateTimeField("最近修改")
    valid_from = models.DateField("启用日期", null=True)
    source = models.TextField("依据", default="")
    returned = models.TextField("退回的理由", default="")
    proposed_by = models.UUIDField("提请人", null=True)
    settled_by = models.UUIDField("办结人", null=True)
    settled_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "规则修改稿"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region"], condition=models.Q(state__in=("open", "proposed")), name="one_live_amendment"
            )
        ]


class Trial(models.Model):
    """What an amendment would change for children on record, as worked out once; ids and codes only.

    `rows` are those who would stand otherwise: child, direction, and where each would stand before and after.
    """

    id = models.UUIDField(primary_key=True)
    amendment_id = models.UUIDField("修改稿")
    revision = models.IntegerField("修改稿的第几次保存")
    person_id = models.UUIDField("试算人")
    post_id = models.UUIDField("试算岗位")
    begun_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("完成时间", null=True)
    children = models.IntegerField("档案数")
    done = models.IntegerField("已看", default=0)
    rows = OrderedJSONField("会变化的", default=list)

    class Meta:
        verbose_name = "规则试算"
        indexes: ClassVar = [models.Index(fields=["amendment_id", "begun_at"], name="trial_amendment")]


class Licence(models.Model):
    """By whose leave a questionnaire's words are used: the file with the words and the proof, byte for byte."""

    instrument = models.CharField("量表", max_length=60)
    wording_hash = models.CharField("文字版本", max_length=64)
    file_name = models.CharField("文字文件", max_length=200)
    file_sha256 = models.CharField(max_length=64)
    file = models.BinaryField()
    proof_name = models.CharField("许可证明", max_length=200)
    proof_sha256 = models.CharField(max_length=64)
    proof = models.BinaryField()
    valid_until = models.DateField("有效期至")
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = "量表许可"
        indexes: ClassVar = [models.Index(fields=["instrument", "loaded_at"], name="licence_instrument")]
