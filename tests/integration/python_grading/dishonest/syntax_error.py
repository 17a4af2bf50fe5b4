def score(text)
    return 2
