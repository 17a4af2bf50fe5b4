class Countdown:
    """
    >>> list(Countdown(3))
    [3, 2, 1]
    >>> max(Countdown(5))
    5
    """

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n + 1


def pairs(xs):
    """
    >>> list(pairs([1, 2, 3]))
    [(1, 2), (2, 3)]
    """
    return zip(xs, xs[1:])


def doubled(xs):
    return map(lambda x: 2 * x, xs)


assert list(doubled([1, 2])) == [2, 4]
assert tuple(doubled([1])) == (2,)
assert sorted(doubled([3, 1])) == [2, 6]
