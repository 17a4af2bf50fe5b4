import collections


def count(words):
    return collections.Counter(words)


def group(words):
    groups = collections.defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    return groups


assert count(["a", "b", "a"]) == {"a": 2, "b": 1}
assert group(["a", "bb", "c"]) == {1: ["a", "c"], 2: ["bb"]}
