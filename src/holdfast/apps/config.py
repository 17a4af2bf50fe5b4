"""The configuration of a command: defaults, then a TOML file, then what the command line says."""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from holdfast.core.errors import StorageError, UserError

__all__ = ["read_toml", "resolve"]

_M = TypeVar("_M", bound=BaseModel)


def resolve(model: type[_M], file: Path | None, flags: Mapping[str, object]) -> _M:
    """A configuration put together: what `model` has as defaults < the TOML `file` < `flags`.

    Args:
        model: strict, so that an unknown key is an error. Its fields are the keys of the file, its nested
            models the tables.
        file: the TOML file, None for none. Paths in it are relative to the folder that it is in.
        flags: by key, `table.key` for those of a table; None for what the command line does not say.

    Raises:
        UserError: the file cannot be read, has a key that `model` has not (the message names the nearest),
            or a value that does not fit.
    """
    told = {} if file is None else _rooted(read_toml(file), model, file.parent)
    given = {key: value for key, value in flags.items() if value is not None}
    merged = told
    for key, value in given.items():
        merged = _put(merged, key.split("."), value)
    try:
        return model.model_validate(merged)
    except ValidationError as error:
        raise UserError(_sentence(error, model, file, given)) from error


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file as plain data. Raises UserError where it is none, StorageError where the disk fails."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8"))
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise UserError(f"cannot read {file}: {error.strerror}") from error
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{file} is not TOML: {error}") from error


def _put(data: Mapping[str, Any], path: list[str], value: object) -> dict[str, Any]:
    """`data` with another value at a path of keys."""
    first, *rest = path
    if not rest:
        return {**data, first: value}
    inner = data.get(first)
    return {**data, first: _put(inner if isinstance(inner, Mapping) else {}, rest, value)}


def _rooted(data: Mapping[str, Any], model: type[BaseModel], folder: Path) -> dict[str, Any]:
    """`data` with the paths in it made relative to where the user is instead of to the file."""
    found: dict[str, Any] = dict(data)
    for name, field in model.model_fields.items():
        if name not in data:
            continue
        kinds = set(_kinds(field.annotation))
        nested = next((kind for kind in kinds if issubclass(kind, BaseModel)), None)
        if nested is not None and isinstance(data[name], Mapping):
            found[name] = _rooted(data[name], nested, folder)
        elif Path in kinds:
            found[name] = _moved(data[name], folder)
    return found


def _kinds(annotation: object) -> Iterator[type]:
    """The classes that an annotation speaks of."""
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from _kinds(argument)


def _moved(value: object, folder: Path) -> object:
    if isinstance(value, str):
        return folder / value
    if isinstance(value, list):
        return [_moved(each, folder) for each in value]
    return value


def _sentence(
    error: ValidationError, model: type[BaseModel], file: Path | None, flags: Mapping[str, object]
) -> str:
    """The first thing that is wrong, where it stands, and what may have been meant."""
    # An unknown key may be the reason why a known one is missing.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    parts = [str(part) for part in first["loc"]]
    key = ".".join(parts)
    named = key in flags or file is None
    where = "the command line" if named else str(file)
    if first["type"] == "extra_forbidden":
        known = list(_table(model, parts[:-1]).model_fields)
        near = get_close_matches(parts[-1], known, n=1, cutoff=0.0)
        meant = f": did you mean {near[0]}?" if near else ""
        return f"{where} has a key that means nothing here, {key}{meant}"
    if first["type"] == "missing":
        option = f": say --{key.replace('_', '-')}" if file is None and len(parts) == 1 else ""
        return f"{where} does not say {key}, which has no default{option}"
    # What is wrong with the whole has no key.
    return ": ".join(filter(None, (where, key, first["msg"].removeprefix("Value error, "))))


def _table(model: type[BaseModel], path: list[str]) -> type[BaseModel]:
    """The model of a table, by the keys that lead to it."""
    for name in path:
        field = model.model_fields.get(name)
        kinds = () if field is None else _kinds(field.annotation)
        model = next((kind for kind in kinds if issubclass(kind, BaseModel)), model)
    return model
