"""The model field that stores sealed bytes and never yields text."""

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from tongxin.vault import ciphers
from tongxin.vault.sealed import Sealed


class SealedAttribute(DeferredAttribute):
    """Reads as `Sealed` or None; takes sealed bytes or None."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        blob = super().__get__(instance, cls)
        if blob is None:
            return None
        field = self.field
        return Sealed(blob, field.model._meta.label_lower, field.attname, instance.key_owner, instance.pk)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = _blob(value, self.field.attname)


def _blob(value: Any, name: str) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, Sealed):
        return value.blob
    if isinstance(value, bytes | memoryview) and ciphers.is_sealed(bytes(value)):
        return bytes(value)
    raise TypeError(f"{name} takes sealed bytes only: use vault.put or vault.seal")


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A value sealed under the key of its row's `key_owner`, bound to model, field, owner and row."""

    descriptor_class = SealedAttribute

    def get_default(self) -> None:
        """Nothing, until something is sealed onto the row."""

    def from_db_value(self, value: Any, *args: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        return model_instance.__dict__.get(self.attname)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(_blob(value, self.attname))

    def value_to_string(self, obj: Any) -> str:
        raise TypeError("sealed values are not exported")
