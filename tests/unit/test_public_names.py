"""What a module offers is listed in its `__all__`, and is there."""

import importlib
import inspect
import pkgutil

import pytest

import holdfast

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(holdfast.__path__, "holdfast.")
    if not module.name.rpartition(".")[2].startswith("_")
)


@pytest.mark.parametrize("name", MODULES)
def test_public_names(name: str) -> None:
    module = importlib.import_module(name)
    if hasattr(module, "__path__") and not hasattr(module, "__all__"):
        own = {key for key, value in vars(module).items() if inspect.getmodule(value) is module}
        assert own == set(), "a package that has names of its own lists them"
        return
    listed = module.__all__
    assert sorted(set(listed)) == sorted(listed), "each name once"
    assert [key for key in listed if not hasattr(module, key)] == []
    assert [key for key in listed if key.startswith("_")] == []
