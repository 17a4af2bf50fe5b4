"""Defines a function whose name only looks like the wanted one."""


def sсore(text):
    return sum(letter in "aeiouAEIOU" for letter in text)
