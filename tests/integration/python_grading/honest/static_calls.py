class Tools:
    @staticmethod
    def add(a, b):
        """
        >>> Tools.add(1, 2)
        3
        """
        return a + b

    @classmethod
    def name(cls):
        """
        >>> Tools.name()
        'Tools'
        """
        return cls.__name__
