class Registry(type):
    known = []

    def __new__(mcs, name, bases, body):
        made = super().__new__(mcs, name, bases, body)
        mcs.known.append(name)
        return made


class A(metaclass=Registry):
    pass


class B(A):
    pass


def known():
    """
    >>> known()
    ['A', 'B']
    """
    return Registry.known
