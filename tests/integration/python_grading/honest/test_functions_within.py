def add(a, b):
    return a + b


def test_add():
    assert add(1, 2) == 3
    total = add(add(1, 2), 3)
    assert total == 6


def test_loop():
    for n in range(5):
        assert add(n, n) == 2 * n


def test_as_a_name(x):
    return x


def uses_it(x):
    """
    >>> uses_it(4)
    4
    """
    return test_as_a_name(x)
