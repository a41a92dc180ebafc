"""The register of exports: what was asked, by whom decided, who is in it, each copy, each text that was confirmed.

Rows stay when the content is destroyed. Words of people are sealed under the requester's key, content under a key of
the export's own, which is destroyed with it.
"""

from typing import ClassVar

from django.db import models

from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

# What leaves otherwise than as an archive: results of a request, written by a command; the others are working papers
# of their pages and only written down.
FHIR = "fhir"
# Whole files as books, bound in the background.
BOOKS = "books"
BY_REQUEST = ("archive", FHIR, BOOKS)
WAYS = {
    FHIR: "评估结果（FHIR，命令行）", "roster_rows": "花名册里待处理的行", "answer_table": "筛查答卷空表",
    "slips": "筛查链接纸条", "list_answers": "名单比对的答案", "bank_file": "发放名单",
    "receipts": "发放签收单",
    "workforce_table": "人员与资质的人数表",
}


class Export(models.Model):
    """One decision that some fields of some children may leave as a file, until a day."""

    ASKED, REFUSED, AGREED, READING, MADE, IMPOSSIBLE, REVOKED, DESTROYED, NOTED = (
        "asked", "refused", "agreed", "reading", "made", "impossible", "revoked", "destroyed", "noted"
    )
    STATES: ClassVar = [
        (ASKED, "等批准"), (REFUSED, "没有批准"), (AGREED, "已批准，正在生成"), (READING, "等逐条确认文字"),
        (MADE, "可以下载"), (IMPOSSIBLE, "不能生成"), (REVOKED, "已收回"), (DESTROYED, "已到期销毁"),
        (NOTED, "已登记"),
    ]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.CharField("编号", max_length=24, unique=True)
    county_id = models.BigIntegerField("区县", null=True)
    division_id = models.BigIntegerField("申请岗位所在地")
    person_id = models.UUIDField("申请人")
    post_id = models.UUIDField("申请岗位")
    asked_at = models.DateTimeField("申请时间")
    purpose = models.CharField("用途", max_length=40)
    words = SealedField("为什么", null=True)
    recipient = SealedField("交给谁", null=True)
    way = models.CharField("方式", max_length=16, default="archive")
    filters = models.JSONField("筛选条件", default=dict)
    filters_zh = models.CharField("筛选条件", max_length=200, default="")
    fields = models.JSONField("内容", default=list)
    form = models.CharField("格式", max_length=8)
    is_named = models.BooleanField("具名")
    children = models.IntegerField("申请时人数")
    until_on = models.DateField("用到")
    definition_hash = models.CharField(max_length=64, default="")
    state = models.CharField("状态", max_length=12, choices=STATES, default=ASKED)
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.UUIDField("决定人", null=True)
    decided_post_id = models.UUIDField("决定岗位", null=True)
    answer = SealedField("决定意见", null=True)
    made_at = models.DateTimeField("生成时间", null=True)
    rows = models.IntegerField("行数", default=0)
    left_out = models.JSONField("没有带出的", default=dict)
    report = models.JSONField("去标识的说明", default=dict)
    digest = models.CharField("内容摘要", max_length=64, default="")
    ended_at = models.DateTimeField("收回或销毁时间", null=True)
    ended_by = models.UUIDField("收回人", null=True)
    # Which run binds its books, and when it last got on; another run that takes over changes the first.
    run = models.UUIDField("正在生成的一次", null=True)
    moved_at = models.DateTimeField("上次有进展", null=True)

    class Meta:
        verbose_name = "数据导出"
        indexes: ClassVar = [
            models.Index(fields=["state", "until_on"], name="export_state"),
            models.Index(fields=["person_id", "asked_at"], name="export_person"),
        ]

    @property
    def state_zh(self) -> str:
        """Where it stands, in words: results are written by whoever asked, not by the worker."""
        if self.way == FHIR and self.state == self.AGREED:
            return "已批准，等申请人生成文件"
        return str(self.get_state_display())

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.person_id)

    @property
    def content_owner(self) -> Owner:
        """Whose key seals what the export holds."""
        return Owner("file", self.id)

    @property
    def has_content(self) -> bool:
        return self.state in {self.READING, self.MADE}


class Content(models.Model):
    """The table of an export while it may be downloaded; the row and its key go together."""

    export = models.OneToOneField(Export, models.PROTECT, primary_key=True, related_name="content")
    table = SealedField("内容", null=True)

    class Meta:
        verbose_name = "导出的内容"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.export_id)


class Included(models.Model):
    """A child who was asked for, and why not in the file in the end; empty for who is in it."""

    export = models.ForeignKey(Export, models.PROTECT, related_name="included")
    child_id = models.UUIDField("儿童", db_index=True)
    left_out = models.CharField("没有带出", max_length=16, default="")
    # Of books: since when this child's is bound, how large it is, or why it couldn't be.
    bound_at = models.DateTimeField("成册时间", null=True)
    size = models.IntegerField("大小", default=0)
    failed = models.CharField("没有成册", max_length=16, default="")

    class Meta:
        verbose_name = "导出中的儿童"
        constraints: ClassVar = [models.UniqueConstraint(fields=["export", "child_id"], name="included_once")]


class Text(models.Model):
    """One piece of free text on its way out: what was found in it, and what a person made of it."""

    WAITS, CONFIRMED, LEFT_OUT = "waits", "confirmed", "left_out"
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    export = models.ForeignKey(Export, models.PROTECT, related_name="texts")
    child_id = models.UUIDField("儿童")
    field = models.CharField("内容", max_length=40)
    number = models.IntegerField("序号")
    content = SealedField("原文", null=True)
    found = SealedField("找到的", null=True)
    more = SealedField("另外遮盖的", null=True)
    state = models.CharField("状态", max_length=12, default=WAITS)
    read_at = models.DateTimeField("确认时间", null=True)
    read_by = models.UUIDField("确认人", null=True)

    class Meta:
        verbose_name = "待确认的文字"
        constraints: ClassVar = [models.UniqueConstraint(fields=["export", "number"], name="text_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.export_id)


class Copy(models.Model):
    """One download: an archive of its own, with its own password, marks and hash."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    export = models.ForeignKey(Export, models.PROTECT, related_name="copies")
    number = models.SmallIntegerField("第几份")
    person_id = models.UUIDField("下载人")
    at = models.DateTimeField("下载时间")
    sha256 = models.CharField("文件摘要", max_length=64)
    size = models.IntegerField("大小")
    # The mark outlives the content: a copy that turns up later has still to be told from the others.
    secret = SealedField("暗记", null=True)
    password = SealedField("密码", null=True)
    shown_at = models.DateTimeField("密码显示时间", null=True)

    class Meta:
        verbose_name = "下载"
        constraints: ClassVar = [models.UniqueConstraint(fields=["export", "number"], name="copy_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.person_id)


class Recall(models.Model):
    """What left and is to come back or be destroyed outside; asked of the post that sent it, answered once.

    It doesn't say who was in it nor why: only by which number whoever got it knows it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    export = models.ForeignKey(Export, models.PROTECT, related_name="recalls", null=True)
    number = models.CharField("编号", max_length=40)
    county_id = models.BigIntegerField("区县", null=True)
    post_id = models.UUIDField("交出的岗位", db_index=True)
    organisation_id = models.BigIntegerField("接收单位", null=True)
    sent_at = models.DateTimeField("交出时间")
    at = models.DateTimeField("要求时间")
    due_on = models.DateField("答复期限")
    # Whoever answers for it now: the post that sent it, or one above it that is held, further up each time it is late.
    owner_post_id = models.UUIDField("负责岗位", null=True, db_index=True)
    climbed = models.SmallIntegerField("已上报层级", default=0)
    ring_at = models.DateTimeField("下次提醒", null=True, db_index=True)
    outcome = models.CharField("结果", max_length=24, default="")
    words = SealedField("情况", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("登记人", null=True)

    class Meta:
        verbose_name = "要求退回或销毁"
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="recall_number")]

    @property
    def key_owner(self) -> Owner:
        return Owner("staff", self.answered_by or self.id)
