"""Imports of very many modules at once."""

import gc
import importlib
from types import ModuleType

__all__ = ["imported"]


def imported(*names: str) -> list[ModuleType]:
    """Modules, and some hundreds that they import: looking for garbage meanwhile is slow and finds none."""
    gc.disable()
    try:
        return [importlib.import_module(name) for name in names]
    finally:
        gc.freeze()
        gc.enable()
