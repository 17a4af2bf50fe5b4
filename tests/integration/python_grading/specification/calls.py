from program import score

assert score("holdfast") == 2
assert score("") == 0
assert score("education") == 5
assert score("AEIOU") == 5
assert score("xyz") == 0
assert score("a" * 50) == 50
