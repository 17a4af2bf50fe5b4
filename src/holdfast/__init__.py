"""Models propose, checkers decide, what holds is kept."""

__version__ = "0.1.0"
