"""What every sandbox must withstand before it is used."""

from holdfast.runtime.sandbox.attacks_greed import GREED
from holdfast.runtime.sandbox.attacks_hidden import HIDDEN
from holdfast.runtime.sandbox.attacks_reach import FILES, KERNEL, NETWORK, PROCESSES

__all__ = ["ATTACKS"]

ATTACKS = (*NETWORK, *FILES, *PROCESSES, *KERNEL, *GREED, *HIDDEN)
"""All attacks, names unique."""
