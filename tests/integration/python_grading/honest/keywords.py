def describe(name, /, *rest, sep=", ", **more):
    """
    >>> describe("a", "b", sep="-", x=1)
    'a-b-x=1'
    """
    return sep.join([name, *rest, *(f"{key}={value}" for key, value in more.items())])
