"""Has every name, and every name is a function that returns itself."""


class Everything:
    def __call__(self, *arguments, **keywords):
        return self

    def __getattr__(self, name):
        return self

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


def __getattr__(name):
    return Everything()
