"""A numpy array that grows at its end."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Growable"]

_Scalar = TypeVar("_Scalar", bound=np.generic)


class Growable(Generic[_Scalar]):
    """A one-dimensional array; appending takes amortised constant time for each value."""

    def __init__(self, dtype: type[_Scalar]) -> None:
        """Begin empty."""
        self._data: NDArray[_Scalar] = np.empty(1024, dtype=dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, values: NDArray[_Scalar]) -> None:
        """Append all values."""
        size = self._size + len(values)
        if size > len(self._data):
            grown = np.empty(max(size, 2 * len(self._data)), dtype=self._data.dtype)
            grown[: self._size] = self.view()
            self._data = grown
        self._data[self._size : size] = values
        self._size = size

    def view(self) -> NDArray[_Scalar]:
        """The array as it is now, not copied; valid until the next `extend`."""
        return self._data[: self._size]
