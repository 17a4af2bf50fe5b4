def halves():
    return ["\ud83d", "\ude00"]


assert halves() == ["\ud83d", "\ude00"]
