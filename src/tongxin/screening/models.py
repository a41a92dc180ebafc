"""Screening rounds as stored. Most pupils of a school have no file here: a participant carries a sealed identity of
its own until danger, or a clinician, asks for a file.

Clear columns are codes, counts and moments; names, answers and totals are sealed (spine B5).
"""

from typing import ClassVar

from django.db import models

from tongxin.accounts.models import Division, Organisation, Person, Post
from tongxin.lib import ids
from tongxin.people.models import Placed
from tongxin.vault import Owner, SealedField


class Round(Placed):
    """One questionnaire asked of one group of children between two moments."""

    PLANNED, RUNNING, CLOSED, DROPPED = "planned", "running", "closed", "dropped"
    STATES: ClassVar = [(PLANNED, "准备中"), (RUNNING, "进行中"), (CLOSED, "已结束"), (DROPPED, "已取消")]
    SCHOOL, INSTITUTION, AREA = "school", "institution", "area"
    KINDS: ClassVar = [(SCHOOL, "一所学校"), (INSTITUTION, "一家机构"), (AREA, "一个镇街或村居")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField("范围", max_length=12, choices=KINDS)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="rounds")
    division = models.ForeignKey(Division, models.PROTECT, related_name="rounds")
    instrument = models.CharField("量表", max_length=60)
    instrument_hash = models.CharField("量表版本", max_length=64)
    rule_hash = models.CharField("筛查规则版本", max_length=64)
    informant = models.CharField("由谁回答", max_length=12, default="self")
    # How pupils answer: link, kiosk, paper, import.
    ways = models.JSONField("作答方式", default=list)
    opens_at = models.DateTimeField("开始")
    closes_at = models.DateTimeField("截止")
    state = models.CharField("状态", max_length=8, choices=STATES, default=PLANNED)
    makes_up = models.ForeignKey("self", models.PROTECT, null=True, related_name="make_ups")
    planned_at = models.DateTimeField("计划时间")
    planned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    planned_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField("实际开始", null=True)
    closed_at = models.DateTimeField("实际结束", null=True)
    # What was expected when it started, and by which rule; the report shows it beside what came.
    expected = models.JSONField("预计", default=dict)
    # Started though hours or people were short: why, sealed, and by whom; it stays on the page.
    exception = SealedField("例外理由", null=True)
    exception_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    exception_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField("例外签署时间", null=True)
    look_again_at = models.DateTimeField("下次检查", null=True)

    class Meta:
        verbose_name = "筛查批次"
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="round_organisation"),
            models.Index(fields=["county_id", "-id"], name="round_county"),
            models.Index(fields=["look_again_at"], name="round_look_again"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.id)


class Shift(models.Model):
    """A named clinician who talks with children between two moments; `minutes` is what they give to it."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="shifts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    from_at = models.DateTimeField("开始")
    to_at = models.DateTimeField("结束")
    minutes = models.IntegerField("可用于访谈的分钟数")

    class Meta:
        verbose_name = "值班"


class SchoolClass(models.Model):
    """A class of a round. Its name is as an office wrote it, so it is sealed; the grade is a code."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="classes")
    number = models.SmallIntegerField("次序")
    grade = models.SmallIntegerField("年级", null=True)
    label = SealedField("名称", null=True)

    class Meta:
        verbose_name = "班级"
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "number"], name="class_once")]

    @property
    def key_owner(self) -> Owner:
        return Owner("intake", self.round_id)


class Participant(models.Model):
    """One child of a round. `child_id` only when the child has a file: it decides whose key seals what."""

    LISTED, INVITED, STARTED, ANSWERED = "listed", "invited", "started", "answered"
    ABSENT, REFUSED, NOT_CONSENTED, EXCLUDED = "absent", "refused", "not_consented", "excluded"
    STATES: ClassVar = [
        (LISTED, "待作答"), (INVITED, "已邀请"), (STARTED, "答到一半"), (ANSWERED, "已答完"), (ABSENT, "缺席"),
        (REFUSED, "本人不愿意"), (NOT_CONSENTED, "监护人没有同意"), (EXCLUDED, "不参加"),
    ]
    GIVEN, DECLINED, MISSING = "given", "declined", "missing"
    CONSENTS: ClassVar = [(GIVEN, "已同意"), (DECLINED, "不同意"), (MISSING, "还没有答复")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="participants")
    school_class = models.ForeignKey(SchoolClass, models.CASCADE, null=True, related_name="participants")
    number = models.IntegerField("次序")
    child_id = models.UUIDField("档案", null=True)
    # A child on file whom this may be; a person has to say.
    maybe_child_id = models.UUIDField("疑似", null=True)
    identity = SealedField("名单上的一行", null=True)
    birth_month = models.DateField("出生年月", null=True)
    sex = models.CharField("性别", max_length=8, default="unknown")
    id_mark = models.BinaryField(null=True)
    person_mark = models.BinaryField(null=True)
    state = models.CharField("状态", max_length=14, choices=STATES, default=LISTED)
    reason = models.CharField("原因", max_length=24, default="")
    consent = models.CharField("监护人同意", max_length=8, choices=CONSENTS, default=MISSING)
    consent_on = models.DateField("同意日期", null=True)
    consent_by = models.UUIDField("同意登记人", null=True)
    # Filled when the child's sheet is in: what the work list sorts by, and the main scale's band.
    outcome = models.CharField("结果分组", max_length=12, default="")
    band = models.CharField("分段", max_length=40, default="")
    alarm = models.CharField("警报", max_length=12, default="")
    sampled = models.SmallIntegerField("抽样次序", null=True)

    class Meta:
        verbose_name = "参加筛查的儿童"
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "number"], name="participant_once")]
        indexes: ClassVar = [
            models.Index(fields=["round", "state"], name="participant_state"),
            models.Index(fields=["round", "outcome"], name="participant_outcome"),
            models.Index(fields=["child_id"], name="participant_child"),
        ]

    @property
    def key_owner(self) -> Owner:
        return Owner("child", self.child_id) if self.child_id else Owner("intake", self.id)


class Link(models.Model):
    """A one-time way in for one child. Only a keyed digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField("发出")
    made_by = models.UUIDField(null=True)
    used_at = models.DateTimeField("首次打开", null=True)
    revoked_at = models.DateTimeField("作废", null=True)

    class Meta:
        verbose_name = "作答链接"


class Sitting(models.Model):
    """One time that one child sits down to answer, by whatever way."""

    OPEN, FINISHED, LEFT = "open", "finished", "left"
    LINK, KIOSK, PAPER, IMPORT = "link", "kiosk", "paper", "import"
    WAYS: ClassVar = [(LINK, "一次性链接"), (KIOSK, "公用平板"), (PAPER, "纸质录入"), (IMPORT, "表格导入")]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="sittings")
    link = models.ForeignKey(Link, models.CASCADE, null=True, related_name="sittings")
    way = models.CharField("方式", max_length=8, choices=WAYS)
    state = models.CharField("状态", max_length=8, default=OPEN)
    opened_at = models.DateTimeField("开始")
    last_at = models.DateTimeField("最近一次作答")
    ended_at = models.DateTimeField("结束", null=True)
    assented_at = models.DateTimeField("本人同意", null=True)
    turn = models.IntegerField("已存次数", default=0)
    # The alerts that stand on the child's record already, as codes; never the answers behind them.
    told = models.JSONField("已报警报", default=list)
    entry_id = models.UUIDField("记录", null=True)
    person_id = models.UUIDField("录入人", null=True)
    post_id = models.UUIDField("录入岗位", null=True)
    result = SealedField("结果", null=True)

    class Meta:
        verbose_name = "作答"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["participant"], condition=models.Q(state="open"), name="sitting_open_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "last_at"], name="sitting_state")]

    @property
    def key_owner(self) -> Owner:
        return self.participant.key_owner


class Answer(models.Model):
    """One answer as given; another answer to the same question comes after it, never in its place."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="answers")
    turn = models.IntegerField("次序")
    item = models.CharField("题", max_length=24)
    code = SealedField("回答")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "回答"
        constraints: ClassVar = [models.UniqueConstraint(fields=["sitting", "turn"], name="answer_once")]

    @property
    def key_owner(self) -> Owner:
        return self.sitting.participant.key_owner


class Verdict(models.Model):
    """What a clinician decided after looking at a child's sheet, or after talking with the child."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="verdicts")
    decision = models.CharField("决定", max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "复核决定"


class Rating(models.Model):
    """One interviewer's judgement of a sampled child, given without seeing the other's."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="ratings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    judgement = models.CharField("判断", max_length=12)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "复访判断"
        constraints: ClassVar = [models.UniqueConstraint(fields=["participant", "person"], name="rating_once")]
