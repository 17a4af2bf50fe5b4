ROMAN = {
    "M": 1000, "CM": 900, "D": 500, "CD": 400, "C": 100, "XC": 90, "L": 50, "XL": 40, "X": 10, "IX": 9,
    "V": 5, "IV": 4, "I": 1,
}


def roman(n):
    out = ""
    for numeral, value in ROMAN.items():
        while n >= value:
            out, n = out + numeral, n - value
    return out


for number, wanted in [(1, "I"), (4, "IV"), (1994, "MCMXCIV"), (2024, "MMXXIV")]:
    assert roman(number) == wanted

xs = [3, 1, 2]
assert sorted(xs, key=roman) == [1, 2, 3]
