"""Why an entry was not kept."""

from uuid import UUID

from tongxin.lib.faults import Fault


class DifferentCopy(Fault):
    """An entry with this id is on record and says something else; nothing was overwritten."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__("同一编号的记录已存在，但内容不同。原记录未改动，这一份请另存待人工核对。")
        self.entry_id = entry_id
