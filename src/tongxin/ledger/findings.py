"""What a check of the ledger found, each fault named by table, row, position and batch."""

from dataclasses import dataclass, field

from tongxin.ledger.sealer import Tail

ZH = {
    "altered": "内容被改动",
    "removed": "行被删除",
    "reordered": "次序被调换",
    "leaf_removed": "封存位置被删除",
    "leaf_altered": "封存摘要被改动",
    "chain": "与上一批不相连",
    "signature": "签名不符",
    "cut": "末尾被截去",
    "rewritten": "与保存的签名不一致",
    "gap": "记录序号有缺",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault and where it is."""

    kind: str
    table: str = ""
    row: str = ""
    position: int | None = None
    batch: int | None = None
    note: str = ""

    def zh(self) -> str:
        """The fault in one line."""
        where = [
            f"第 {self.batch} 批" if self.batch is not None else "",
            f"位置 {self.position}" if self.position is not None else "",
            f"表 {self.table}" if self.table else "",
            f"行 {self.row}" if self.row else "",
        ]
        return f"{ZH[self.kind]}：{' '.join(filter(None, where))}{'，' + self.note if self.note else ''}"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a whole check."""

    batches: int
    rows: int
    tail: Tail
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.findings
