class Opened:
    """
    >>> with Opened() as o:
    ...     o.state
    'open'
    >>> o.state
    'closed'
    """

    state = "new"

    def __enter__(self):
        self.state = "open"
        return self

    def __exit__(self, *_):
        self.state = "closed"
