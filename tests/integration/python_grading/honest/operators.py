class Vector:
    """
    >>> Vector(1, 2) + Vector(3, 4) == Vector(4, 6)
    True
    >>> Vector(1, 2) * 3
    Vector(3, 6)
    >>> abs(Vector(3, 4))
    5.0
    >>> list(Vector(1, 2))
    [1, 2]
    >>> bool(Vector(0, 0))
    False
    """

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    def __abs__(self):
        return (self.x**2 + self.y**2) ** 0.5

    def __iter__(self):
        return iter((self.x, self.y))

    def __bool__(self):
        return bool(self.x or self.y)

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
