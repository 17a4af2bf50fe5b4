def calculate(text):
    """
    >>> calculate("2 * (3 + 4)")
    14
    """
    return eval(text, {"__builtins__": {}})


def make(name):
    scope = {}
    exec(f"def {name}(x):\n    return x + 1", scope)
    return scope[name](1)


assert make("f") == 2
