class Matrix(list):
    """
    >>> Matrix([[1, 2], [3, 4]]).transposed()
    [[1, 3], [2, 4]]
    """

    def transposed(self):
        return Matrix(list(row) for row in zip(*self))


class Upper(str):
    def __new__(cls, text):
        return super().__new__(cls, text.upper())


def shout(text):
    return Upper(text)


assert shout("a") == "A"
assert Matrix([[1]]).transposed() == [[1]]
