"""Records of library generation as plain data, and back: what goes through files and streams."""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from holdfast.core.errors import StorageError

__all__ = ["from_plain", "to_plain"]

_T = TypeVar("_T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def to_plain(value: object) -> Any:  # noqa: ANN401 - plain data, as JSON has it
    """A record as JSON has it."""
    # Without warnings: mappings that cannot be changed are none that pydantic knows.
    writer = _adapter(cast(Hashable, type(value)))
    return writer.dump_python(value, mode="json", fallback=_thawed, warnings=False)


def _thawed(value: object) -> dict[Any, Any]:
    """A mapping that cannot be changed, as one that can."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no plain data")


def from_plain(kind: type[_T], data: object) -> _T:
    """A record that `to_plain` wrote. Raises StorageError where it did not."""
    try:
        found: _T = _adapter(cast(Hashable, kind)).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StorageError(
            f"what is stored as {kind.__name__} is damaged ({place}: {first['msg']}): remove its folder"
        ) from error
    return found
