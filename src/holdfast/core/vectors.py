"""What goals become when they are encoded; apart from how they do, since only who computes needs numpy."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Vector"]

Vector: TypeAlias = NDArray[np.float32]
"""One row of finite numbers, as many as the encoder always gives."""
