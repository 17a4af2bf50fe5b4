import threading


def parallel_sum(parts):
    """
    >>> parallel_sum([[1, 2], [3], []])
    6
    """
    totals = []
    workers = [threading.Thread(target=lambda part=part: totals.append(sum(part))) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(totals)
