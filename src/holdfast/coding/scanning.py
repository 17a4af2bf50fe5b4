"""What is looked for in code that a model wrote: secrets, and characters that hide what it does."""

import re
from collections.abc import Iterator
from itertools import islice

from holdfast.coding.records import Finding, Place

__all__ = ["scan"]

_MOST = 20
"""Secrets of a kind that are told."""
# Every repetition has an end, so that no text makes the search take more than a moment.
_SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]{1,20} ){0,4}PRIVATE KEY-----",
    "an access key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})",
    "a token of GitLab": r"\bglpat-[\w-]{20}",
    "a token of Slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10}",
    "a key of a model's server": r"\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}",
    "a key of Stripe": r"\b[rs]k_live_[0-9A-Za-z]{20}",
    "a token of Hugging Face": r"\bhf_[A-Za-z0-9]{30}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{8,200}\.eyJ[A-Za-z0-9_-]{8}",
    "a password in an address": r"://[^\s/:@'\"{}$<]{1,60}:[^\s/@'\"{}$<]{4,100}@",
}
_SECRET = re.compile("|".join(f"(?P<s{at}>{pattern})" for at, pattern in enumerate(_SECRETS.values())))
_NAMES = tuple(_SECRETS)
_ASSIGNED = re.compile(
    r"(?i)(?:password|passwd|secret|api_?key|auth_?token|access_?token)\w{0,40}[\"']?[ \t]{0,8}[:=]{1,2}"
    r"[ \t]{0,8}(?P<quote>[\"'])(?P<value>[^\"'\s]{8,200})(?P=quote)"
)
_HARMLESS = re.compile(r"(?i)example|placeholder|change.?me|your|dummy|test|xxx|\*\*\*|\.\.\.|^<.*>$|^[{$%]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def scan(code: str) -> tuple[Finding, ...]:
    """What was found, in order of place; messages quote no secret."""
    return tuple(
        sorted(_found(code), key=lambda each: (each.place.line, each.message) if each.place else (0, ""))
    )


def _found(code: str) -> Iterator[Finding]:
    for match in islice(_SECRET.finditer(code), _MOST):
        name = _NAMES[int((match.lastgroup or "s0")[1:])]
        yield _finding(code, match.start(), f"this looks like {name}: read it from the environment")
    for match in islice(_ASSIGNED.finditer(code), _MOST):
        if not _HARMLESS.search(match["value"]) and not _SECRET.search(match["value"]):
            yield _finding(code, match.start(), "a password or key is written into the code")
    invisible = _INVISIBLE.search(code)
    if invisible is not None:
        character = f"U+{ord(invisible[0]):04X}"
        message = f"there are characters that nobody sees ({character}): the code may not do what it shows"
        yield Finding("invisible", "error", message, _place(code, invisible.start()))


def _finding(code: str, at: int, message: str) -> Finding:
    return Finding("secret", "warning", message, _place(code, at))


def _place(code: str, at: int) -> Place:
    return Place(code.count("\n", 0, at) + 1, at - code.rfind("\n", 0, at))
