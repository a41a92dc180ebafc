"""The tables of the record. Entries, events, looks, leaves and seals are only ever added to."""

from typing import ClassVar

from django.db import models

from tongxin.ledger.canonical import CanonicalField
from tongxin.lib import ids
from tongxin.vault import Owner, SealedField

# The part under which looks at what was set apart are written down; no list of looks shows it.
SET_APART = "set_apart"
CORRECTIONS = [("correct", "更正"), ("retract", "撤回"), ("moved", "移至另一儿童")]


class Subject(models.Model):
    """Whom or what the record is about; its row is the lock under which entries are numbered."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField("类别", max_length=16)
    seq = models.BigIntegerField("最近序号", default=0)

    class Meta:
        verbose_name = "记录对象"

    @property
    def owner(self) -> Owner:
        return Owner(self.kind, self.id)


class SetAside(models.Model):
    """A row of the record that the law has set apart: it stays as it was written and is shown to nobody.

    It says neither why nor for whom; that is known to those who keep it only.
    """

    row_id = models.UUIDField("行", primary_key=True)
    at = models.DateTimeField("时间")
    # The clocks that run on from it, so that no due moment moves; empty where none does.
    towards = models.CharField("仍计时的", max_length=80, default="")

    class Meta:
        verbose_name = "另行封存的记录"


class NotSetAside(models.Manager["Entry"]):
    """The entries that may be spoken of: lists, files, figures, copies and what is derived know no others."""

    def get_queryset(self) -> models.QuerySet["Entry"]:
        return super().get_queryset().filter(~models.Exists(SetAside.objects.filter(row_id=models.OuterRef("id"))))


class Entry(models.Model):
    """What a person recorded, whole and sealed; a correction is another entry that names this one."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subject = models.ForeignKey(Subject, models.DO_NOTHING, related_name="entries", db_index=False)
    subject_seq = models.BigIntegerField("序号")
    kind = models.CharField("种类", max_length=40)
    form_hash = models.CharField("表单版本", max_length=64)
    occurred_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间")
    person_id = models.UUIDField("记录人", null=True)
    post_id = models.UUIDField("记录岗位", null=True)
    device = models.CharField("设备", max_length=64, default="")
    # The entry corrected may still be on another phone, so the database does not insist on it.
    supersedes = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="superseded_by"
    )
    correction_kind = models.CharField("更正方式", max_length=8, choices=CORRECTIONS, default="")
    clear = CanonicalField("明文")
    sealed = SealedField("内容")
    key_id = models.UUIDField("密钥")
    digest = models.BinaryField("摘要")

    objects = NotSetAside()
    # For the record itself: numbering, the same id twice, proofs.
    everything: ClassVar[models.Manager["Entry"]] = models.Manager()

    class Meta:
        verbose_name = "记录"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "subject_seq"], name="entry_subject_seq")
        ]
        # Few rows correct one: without the condition SQLite reads the whole table to find them.
        indexes: ClassVar = [
            models.Index(fields=["supersedes"], condition=models.Q(supersedes__isnull=False), name="entry_correcting"),
            models.Index(fields=["post_id", "occurred_at"], name="entry_post"),
            models.Index(fields=["kind", "occurred_at"], name="entry_kind"),
        ]

    @property
    def key_owner(self) -> Owner:
        return self.subject.owner

    @property
    def form_id(self) -> str:
        """The form it was written on, else its kind."""
        return str(self.clear.get("form") or self.kind)


class Event(models.Model):
    """That something happened: `noun.done`. A fact, or a consequence that handlers derived (B1)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField("种类", max_length=48)
    subject = models.ForeignKey(Subject, models.DO_NOTHING, related_name="events")
    entry = models.ForeignKey(Entry, models.DO_NOTHING, null=True, related_name="events")
    person_id = models.UUIDField("人员", null=True)
    post_id = models.UUIDField("岗位", null=True)
    at = models.DateTimeField("时间")
    clear = CanonicalField("明文")
    digest = models.BinaryField("摘要")
    is_fact = models.BooleanField("事实")

    class Meta:
        verbose_name = "事件"


class HeldEntry(models.Model):
    """A second copy that says something else under the same id: kept whole until a person settles it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    entry_id = models.UUIDField("记录", db_index=True)
    subject = models.ForeignKey(Subject, models.DO_NOTHING, related_name="held_entries")
    reason = models.CharField("原因", max_length=40)
    received_at = models.DateTimeField("收到时间")
    person_id = models.UUIDField("记录人", null=True)
    post_id = models.UUIDField("记录岗位", null=True)
    content = SealedField("内容")
    settled_at = models.DateTimeField("处理时间", null=True)
    settled_by = models.UUIDField("处理人", null=True)

    class Meta:
        verbose_name = "待核记录"

    @property
    def key_owner(self) -> Owner:
        return self.subject.owner


class Work(models.Model):
    """One handler's task for one event; the ledger itself is never updated."""

    WAITING, CLAIMED, DONE, DEAD = "waiting", "claimed", "done", "dead"
    event = models.ForeignKey(Event, models.DO_NOTHING, related_name="work", db_index=False)
    handler = models.CharField("处理", max_length=48)
    state = models.CharField("状态", max_length=8, default=WAITING)
    attempts = models.SmallIntegerField("次数", default=0)
    not_before = models.DateTimeField("不早于")
    claimed_by = models.CharField("领取者", max_length=64, default="")
    claimed_at = models.DateTimeField("领取时间", null=True)
    reason = models.CharField("失败原因", max_length=80, default="")

    class Meta:
        verbose_name = "后续处理"
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "handler"], name="work_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["not_before", "id"], name="work_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["claimed_at"], name="work_claimed", condition=models.Q(state="claimed")),
        ]


class Seal(models.Model):
    """The signed root of one batch of rows, chained to the batch before."""

    batch = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField("起始位置")
    last = models.BigIntegerField("末尾位置")
    root = models.BinaryField("根摘要")
    previous = models.BinaryField("上一批")
    signature = models.BinaryField("签名")
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = "封存批次"


class Leaf(models.Model):
    """The place of one row in the record: positions are dense, and cursors use nothing else."""

    position = models.BigIntegerField(primary_key=True)
    source = models.CharField("来源", max_length=8)
    row_id = models.UUIDField("行")
    digest = models.BinaryField("摘要")
    batch = models.ForeignKey(Seal, models.DO_NOTHING, related_name="leaves")

    class Meta:
        verbose_name = "封存行"
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "row_id"], name="leaf_row_once")]
        indexes: ClassVar = [models.Index(fields=["source", "position"], name="leaf_source")]


class Summary(models.Model):
    """One signed digest over all rows of some batches, made when each of them had been proved row by row."""

    first = models.BigIntegerField("起始批次")
    last = models.BigIntegerField("末尾批次")
    profile = models.CharField("读法", max_length=32)
    digest = models.BinaryField("摘要")
    signature = models.BinaryField("签名")
    proved_at = models.DateTimeField("核验时间")

    class Meta:
        verbose_name = "成批摘要"
        constraints: ClassVar = [models.UniqueConstraint(fields=["profile", "first"], name="summary_once")]


class Access(models.Model):
    """That somebody looked at sealed words: when, from which post, at which part, for what."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField("时间")
    person_id = models.UUIDField("查看人", null=True)
    post_id = models.UUIDField("查看岗位", null=True)
    part = models.CharField("部分", max_length=40)
    purpose = models.CharField("目的", max_length=40)
    route = models.CharField("页面", max_length=80, default="")

    class Meta:
        verbose_name = "查看记录"
        indexes: ClassVar = [models.Index(fields=["person_id", "at"], name="access_person")]


class AccessSubject(models.Model):
    """Whose words one look showed."""

    access = models.ForeignKey(Access, models.DO_NOTHING, related_name="subjects")
    owner_kind = models.CharField(max_length=16)
    owner_id = models.UUIDField(db_index=True)

    class Meta:
        verbose_name = "被查看对象"


class Heartbeat(models.Model):
    """When a worker was last seen alive."""

    worker = models.CharField(primary_key=True, max_length=64)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "后台心跳"
