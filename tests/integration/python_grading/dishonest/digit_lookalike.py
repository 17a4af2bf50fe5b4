"""Returns texts of digits of another script."""


def score(text):
    return "".join(chr(0x660 + int(digit)) for digit in str(sum(one in "aeiouAEIOU" for one in text)))
