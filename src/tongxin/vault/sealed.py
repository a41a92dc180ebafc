"""A sealed value as everybody sees it: something is there, and nothing more."""

from uuid import UUID

from tongxin.vault.owners import Owner


class Sealed:
    """What a sealed field yields. Only `vault.open` makes words of it."""

    __slots__ = ("blob", "field", "model", "owner", "row")

    def __init__(
        self, blob: bytes, model: str, field: str, owner: Owner, row: UUID | int | str | None
    ) -> None:
        self.blob = bytes(blob)
        self.model = model.lower()
        self.field = field
        self.owner = owner
        self.row = row

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Sealed {self.model}.{self.field}>"

    def __str__(self) -> str:
        return "（已封存）"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.blob == other.blob

    def __hash__(self) -> int:
        return hash(self.blob)
