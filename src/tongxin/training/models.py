"""Plans of training, sessions, credits for what somebody learned, tries at quizzes and exams, certificates."""

from typing import Any, ClassVar

from django.db import models

from tongxin.accounts.models import Person, Post
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField


class Plan(models.Model):
    """A county's training of one year; once approved its lines stand, a change is a new version."""

    DRAFT, APPROVED, REPLACED = ("draft", "approved", "replaced")
    STATES: ClassVar = [(DRAFT, "草稿"), (APPROVED, "已批准"), (REPLACED, "已有新的一版")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    year = models.IntegerField("年份")
    version = models.IntegerField("第几版")
    state = models.CharField("状态", max_length=10, choices=STATES, default=DRAFT)
    begun_at = models.DateTimeField("开始写")
    begun_by = models.UUIDField("写的人")
    post_id = models.UUIDField("写的岗位")
    approved_at = models.DateTimeField("批准时间", null=True)
    approved_by = models.UUIDField("批准人", null=True)

    class Meta:
        verbose_name = "培训计划"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "version"], name="training_plan_version"),
            models.UniqueConstraint(
                fields=["county_id", "year"], condition=models.Q(state="draft"), name="training_plan_draft"
            ),
            models.UniqueConstraint(
                fields=["county_id", "year"], condition=models.Q(state="approved"), name="training_plan_approved"
            ),
        ]


class Line(models.Model):
    """One line of a plan; `key` stays the same from version to version."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="lines")
    key = models.UUIDField("哪一项", db_index=True)
    clear = models.JSONField("选项", default=dict)
    budget = models.DecimalField("预算（元）", max_digits=12, decimal_places=2)
    responsible = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="负责岗位")
    at = models.DateTimeField("登记时间")
    person_id = models.UUIDField("登记人")
    # From when on it is late if nothing was arranged.
    late_on = models.DateField("到哪天没有办算晚")
    dropped_at = models.DateTimeField("去掉", null=True)
    reminded_at = models.DateTimeField("提醒过", null=True)

    class Meta:
        verbose_name = "培训计划的一项"
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "key"], name="training_line_once")]


class Session(models.Model):
    """A lecture, an online class, a workshop: when, for whom; topic, place and teacher are sealed."""

    PLANNED, HELD, CANCELLED = ("planned", "held", "cancelled")
    STATES: ClassVar = [(PLANNED, "还没有结束登记"), (HELD, "已办"), (CANCELLED, "取消")]
    id = models.UUIDField(primary_key=True, editable=False)
    county_id = models.BigIntegerField("区县")
    town_id = models.BigIntegerField("乡镇", null=True)
    number = models.IntegerField("编号")
    line_key = models.UUIDField("计划的哪一项", null=True, db_index=True)
    clear = models.JSONField("选项", default=dict)
    held_at = models.DateTimeField("开始")
    minutes = models.IntegerField("分钟")
    words = SealedField("题目、地点、老师", null=True)
    code = models.CharField("签到码", max_length=6)
    state = models.CharField("状态", max_length=10, choices=STATES, default=PLANNED)
    reason = models.CharField("取消原因", max_length=24, default="", blank=True)
    arranged_at = models.DateTimeField("登记时间")
    arranged_by = models.UUIDField("登记人")
    post_id = models.UUIDField("登记岗位")
    ended_at = models.DateTimeField("结束登记", null=True)

    class Meta:
        verbose_name = "一次培训"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county_id", "number"], name="training_session_no")]
        indexes: ClassVar = [models.Index(fields=["county_id", "held_at"], name="training_session_day")]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Batch(models.Model):
    """A list of people trained elsewhere as it came: first looked at, then taken in or put aside."""

    CHECKED, TAKEN, ASIDE = ("checked", "taken", "aside")
    STATES: ClassVar = [(CHECKED, "等确认"), (TAKEN, "已导入"), (ASIDE, "没有导入")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县")
    session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="batches")
    digest = models.CharField("文件指纹", max_length=64)
    # The good rows as they will be taken in, and the others with the reason; both as JSON.
    good = SealedField("合格的行", null=True)
    bad = SealedField("不合格的行", null=True)
    many = models.IntegerField("合格的行数")
    wrong = models.IntegerField("不合格的行数")
    state = models.CharField("状态", max_length=8, choices=STATES, default=CHECKED)
    at = models.DateTimeField("上传时间")
    person_id = models.UUIDField("上传人")
    post_id = models.UUIDField("上传岗位")
    settled_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        verbose_name = "培训名单"

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.id)


class Credit(models.Model):
    """Minutes that somebody learned, with what they come from; taken back it stays readable and counts nowhere."""

    LESSON, SESSION, EXAM, LIST = ("lesson", "session", "exam", "list")
    SOURCES: ClassVar = [(LESSON, "微课"), (SESSION, "培训签到"), (EXAM, "考试"), (LIST, "名单")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县", null=True)
    town_id = models.BigIntegerField("乡镇", null=True)
    village_id = models.BigIntegerField("村居", null=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="training_credits")
    post_id = models.UUIDField("岗位", null=True)
    audience = models.CharField("哪一类人", max_length=32)
    subject = models.CharField("内容", max_length=32)
    source = models.CharField("来源", max_length=8, choices=SOURCES)
    # The session or the list; of a lesson or an exam the try.
    source_id = models.UUIDField("来源编号")
    # What may count only once: the lesson of a year, the person in a session, the row of a list.
    mark = models.CharField("只算一次", max_length=96)
    on_day = models.DateField("日期")
    minutes = models.IntegerField("分钟")
    words = SealedField("姓名（没有账号的人）", null=True)
    at = models.DateTimeField("登记时间")
    by_person = models.UUIDField("登记人", null=True)
    withdrawn_at = models.DateTimeField("撤回", null=True)
    withdrawn_by = models.UUIDField("撤回人", null=True)
    reason = models.CharField("撤回原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "学时"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mark"], condition=models.Q(withdrawn_at__isnull=True), name="training_credit_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "on_day"], name="training_credit_person"),
            models.Index(fields=["county_id", "on_day"], name="training_credit_county"),
            models.Index(fields=["source_id"], name="training_credit_source"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("file", self.source_id)


class Sitting(models.Model):
    """An exam that somebody began: which questions were drawn, and until when they may hand in."""

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="training_sittings")
    post_id = models.UUIDField("岗位")
    exam = models.CharField("考试", max_length=32)
    drawn = models.JSONField("抽到的题", default=list)
    begun_at = models.DateTimeField("开始")
    until_at = models.DateTimeField("交卷期限")

    class Meta:
        verbose_name = "开考"
        indexes: ClassVar = [models.Index(fields=["person", "exam", "-begun_at"], name="training_sitting_person")]


class Attempt(models.Model):
    """What somebody answered in a quiz or an exam and what came of it; only added, never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="training_attempts")
    post_id = models.UUIDField("岗位")
    lesson = models.CharField("微课", max_length=32, default="", blank=True)
    exam = models.CharField("考试", max_length=32, default="", blank=True)
    # Under which text of the lesson it was answered.
    version = models.CharField("定义", max_length=64, default="", blank=True)
    answers = models.JSONField("回答", default=dict)
    right = models.IntegerField("答对")
    asked = models.IntegerField("题数")
    passed = models.BooleanField("通过")
    done_at = models.DateTimeField("交卷")
    recorded_at = models.DateTimeField("收到")
    device_id = models.UUIDField("手机", null=True)

    class Meta:
        verbose_name = "答题"
        indexes: ClassVar = [models.Index(fields=["person", "-done_at"], name="training_attempt_person")]

    def save(self, **more: Any) -> None:
        """Only added."""
        super().save(**{**more, "force_insert": True})


class Certificate(models.Model):
    """That somebody passed an exam: a number, a code that anybody may ask about, and until when it holds."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    county_id = models.BigIntegerField("区县", null=True)
    year = models.IntegerField("年份")
    number = models.IntegerField("编号")
    code = models.CharField("核验码", max_length=16, unique=True)
    # A keyed digest of the name; whoever asks types the name themselves.
    name_digest = models.BinaryField("姓名指纹", max_length=32)
    person = models.ForeignKey(Person, models.PROTECT, related_name="training_certificates")
    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="certificate")
    exam = models.CharField("考试", max_length=32)
    subject = models.CharField("内容", max_length=32)
    issued_at = models.DateTimeField("发证")
    valid_until = models.DateField("有效到")
    revoked_at = models.DateTimeField("撤销", null=True)
    revoked_by = models.UUIDField("撤销人", null=True)
    reason = models.CharField("撤销原因", max_length=24, default="", blank=True)

    class Meta:
        verbose_name = "证书"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county_id", "year", "number"], name="training_certificate_no")
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-issued_at"], name="training_certificate_who")]


class Reminder(models.Model):
    """That a post was told that it lacks training; only added."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    post_id = models.UUIDField("岗位")
    target = models.CharField("目标", max_length=32)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("谁提醒的")

    class Meta:
        verbose_name = "培训提醒"
        indexes: ClassVar = [models.Index(fields=["post_id", "target", "-at"], name="training_reminder_post")]
