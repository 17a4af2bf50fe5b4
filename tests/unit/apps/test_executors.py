"""Which executor the options ask for."""

import pytest

from holdfast.apps.executors import open_executor
from holdfast.core.errors import UserError
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.local import LocalExecutor


def test_one_worker_is_this_process_more_are_their_own() -> None:
    with open_executor() as executor:
        assert isinstance(executor, InlineExecutor)
    with open_executor(jobs=2) as executor:
        assert isinstance(executor, LocalExecutor)


def test_an_address_is_of_no_use_without_ray() -> None:
    with pytest.raises(UserError, match="--executor ray"), open_executor(address="auto"):
        pass
