class Celsius:
    """
    >>> c = Celsius(100)
    >>> c.fahrenheit
    212.0
    >>> c.fahrenheit = 32
    >>> c.degrees
    0.0
    >>> Celsius.of(5).degrees
    5
    """

    def __init__(self, degrees):
        self.degrees = degrees

    @classmethod
    def of(cls, degrees):
        return cls(degrees)

    @property
    def fahrenheit(self):
        return self.degrees * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.degrees = (value - 32) * 5 / 9
