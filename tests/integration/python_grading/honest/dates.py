import datetime


def next_day(text):
    """
    >>> next_day("2024-02-28")
    '2024-02-29'
    """
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days=1)).isoformat()


def day(n):
    """
    >>> day(3)
    datetime.date(2024, 1, 3)
    """
    return datetime.date(2024, 1, n)
