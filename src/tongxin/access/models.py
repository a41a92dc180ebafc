"""Named relations that admit or bar a post, an organisation or a person, each from–to."""

from typing import ClassVar

from django.db import models


class Relation(models.Model):
    """Why somebody outside a child's own line may see, or must not see, the child."""

    OWN_CASE, REFERRED, DEPARTMENT_TASK, TEACHES, SCREENED, BROKE_GLASS, RECUSED, ARCHIVED, COUNSELS = (
        "own_case", "referred", "department_task", "teaches", "screened", "broke_glass", "recused", "archived",
        "counsels",
    )
    child_id = models.UUIDField("儿童")
    relation = models.CharField("关系", max_length=20)
    post_id = models.UUIDField("岗位", null=True)
    organisation_id = models.BigIntegerField("单位", null=True)
    person_id = models.UUIDField("人员", null=True)
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束", null=True)
    source_id = models.UUIDField("依据", null=True)

    class Meta:
        verbose_name = "访问关系"
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "relation", "child_id"], name="relation_organisation"),
            models.Index(fields=["post_id", "relation", "child_id"], name="relation_post"),
            models.Index(fields=["person_id", "relation", "child_id"], name="relation_person"),
            models.Index(fields=["child_id", "relation"], name="relation_child"),
        ]
