"""Values that nobody changes, made by the ten thousand a minute."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_object(cls: type[T]) -> type[T]:
    """A dataclass that mypy holds to be frozen. Frozen at runtime, too, each would take four times as long to make."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
