"""Keys of model servers: from the environment or the system's keyring, and from nowhere else."""

import importlib.util
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["FoundKey", "find_key"]

GENERAL = "HOLDFAST_API_KEY"
_WELL_KNOWN = {"api.openai.com": "OPENAI_API_KEY"}


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key, or where to put one."""

    key: str | None = field(repr=False)
    variable: str
    """The environment variable that the user is told of."""


def find_key(url: str, environ: Mapping[str, str]) -> FoundKey:
    """The key for the server at `url`, so that none is sent to a server that it was not meant for.

    In this order: `HOLDFAST_API_KEY_` and the host's name in capitals (`_` for all but letters and digits);
    `HOLDFAST_API_KEY`, unless it would cross a network unencrypted; the variable that a well-known host's own
    tools read; the keyring's entry for service `holdfast` and the host, where the package `keyring` is there.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    own = f"{GENERAL}_{re.sub(r'[^A-Z0-9]', '_', host.upper())}"
    open_to_all = parts.scheme == "http" and not _is_here(host)
    variables = [own] if open_to_all else [own, GENERAL]
    if parts.scheme == "https" and host in _WELL_KNOWN:
        variables.append(_WELL_KNOWN[host])
    told = own if open_to_all else _WELL_KNOWN.get(host, GENERAL)
    for variable in variables:
        if key := environ.get(variable, "").strip():
            return FoundKey(key, variable)
    return FoundKey(_from_keyring(host), told)


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _from_keyring(host: str) -> str | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    errors = importlib.import_module("keyring.errors")
    try:
        key: str | None = keyring.get_password("holdfast", host)
    except errors.KeyringError:
        return None
    return key or None
