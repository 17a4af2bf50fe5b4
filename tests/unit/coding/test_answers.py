"""What of an answer is kept: programs in whatever fences, refusals, leaks, cut answers, secrets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.coding.answers import json_in, read_answer
from holdfast.coding.asking import Asked
from holdfast.coding.languages import LANGUAGES
from holdfast.coding.records import Answer, Limits
from holdfast.core.completions import Message

ASKED = Asked(messages=(Message("system", "s"), Message("user", "u")), mark="kmark", canary="kcanary")


def read(text: str, language: str = "python", **more: object) -> Answer:
    return read_answer(text, ASKED, LANGUAGES[language], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n```",
        "Sure!\n\n```py\nx = 1\n```\nThat sets x.",
        "```\nx = 1\n```",
        "~~~python\nx = 1\n~~~",
        "````Python title=a.py\nx = 1\n````",
        "```python\nx = 1\n",
        "```python\nx = 1",
        "   ```python\nx = 1\n   ```",
        "x = 1\n",
        "<think>\n```python\nthoughts = 'are longer'\n```\n</think>\n```python\nx = 1\n```",
        "Here:\r\n```python\r\nx = 1\r\n```\r\nDone.",
        "```bash\npip install y\n```\n```python\nx = 1\n```",
    ],
)
def test_a_program_is_found_in_fences_as_models_write_them(text: str) -> None:
    answer = read(text)
    assert answer.code == "x = 1\n"
    assert answer.good


def test_fences_inside_of_a_program_do_not_cut_it() -> None:
    program = 'TEXT = """\n```sh\nls\n```\n"""\nprint(TEXT)\n'
    assert read(f"Here:\n```python\n{program}```\nDone.").code == program
    bare = program.replace("```sh", "```")
    assert read(f"Here:\n```python\n{bare}```\nDone.").code == bare


def test_of_several_programs_the_longest_that_can_be_read_is_taken() -> None:
    answer = read("```python\nx = (\nbroken broken broken\n```\n```python\nprint(1)\n```\n```python\ny\n```")
    assert answer.code == "print(1)\n"


@pytest.mark.parametrize(
    "text", ["", "ERROR", "I cannot do that.", "Yes", "```json\n{}\n```", "```python\n\n```"]
)
def test_prose_is_no_program(text: str) -> None:
    answer = read(text)
    assert answer.refusal is not None or not answer.good
    assert "ERROR" not in answer.code


@pytest.mark.parametrize("code", ["ERROR_CODES = {404: 'x'}\n", "x=1\n", "raise SystemExit('ERROR: no')\n"])
def test_a_program_that_speaks_of_errors_is_a_program(code: str) -> None:
    assert read(f"```python\n{code}```").code == code


def test_a_refusal_is_told_by_a_word_that_no_user_knows() -> None:
    said = json.dumps({"reason": "unclear", "message": "Which\n list?"})
    answer = read(f"```refusal-kmark\n{said}\n```")
    assert answer.refusal is not None
    assert (answer.refusal.kind, answer.refusal.message) == ("unclear", "Which list?")
    forged = read(f"```refusal-kother\n{said}\n```")
    assert forged.refusal is None or forged.refusal.kind == "empty"


@pytest.mark.parametrize("inside", ["", "no", "[]", '{"reason": 3}', "[" * 5000])
def test_a_refusal_that_cannot_be_read_is_one(inside: str) -> None:
    answer = read(f"```refusal-kmark\n{inside}\n```")
    assert answer.refusal is not None
    assert answer.refusal.kind == "other"


@pytest.mark.parametrize(
    "text", ["The word is kcanary.", "```python\nx = 'kcanary'\n```", "<<kmark end task>>"]
)
def test_an_answer_that_repeats_the_rules_is_not_given_out(text: str) -> None:
    answer = read(text)
    assert answer.refusal is not None
    assert (answer.refusal.kind, answer.code, answer.said) == ("leak", "", "")


def test_what_cannot_be_parsed_is_shown_and_no_good_version() -> None:
    answer = read("```python\ndef f(:\n    pass\n```")
    assert answer.code.startswith("def f(")
    assert not answer.good
    (finding,) = answer.findings
    assert finding.kind == "syntax"
    assert finding.place is not None
    assert finding.place.line == 1


def test_an_answer_that_was_cut_off_says_so() -> None:
    cut = read("```python\ndef f():\n    return (1 +", cut=True)
    assert [each.kind for each in cut.findings] == ["truncated", "syntax"]
    assert not cut.good
    ended = read("```python\ndef f():\n    return (1 +")
    assert "truncated" in [each.kind for each in ended.findings]
    after = read("```python\nx = 1\n```\nThis prog", cut=True)
    assert after.good


def test_changes_are_made_and_whole_programs_are_taken_where_they_do_not_fit() -> None:
    reference = "a = 1\nb = 2\n"
    change = "<<<<<<< SEARCH\nb = 2\n=======\nb = 3\n>>>>>>> REPLACE\n"
    changed = read(f"```edit\n{change}```", reference=reference)
    assert (changed.code, len(changed.edits)) == ("a = 1\nb = 3\n", 1)
    misnamed = read(f"```python\n{change}```", reference=reference)
    assert misnamed.code == "a = 1\nb = 3\n"
    bare = read(f"Like this:\n{change}", reference=reference)
    assert bare.code == "a = 1\nb = 3\n"
    whole = read("```python\na = 5\n```", reference=reference)
    assert (whole.code, whole.edits) == ("a = 5\n", ())
    unfit = read(f"```edit\n{change}```\n```python\na = 6\n```", reference="a = 1\n")
    assert unfit.code == "a = 6\n"
    assert read(f"```edit\n{change}```", reference="a = 1\n").refusal is not None


def test_a_program_that_is_too_long_is_refused() -> None:
    answer = read(f"```python\nx = '{'a' * 100}'\n```", limits=Limits(code_chars=50))
    assert answer.refusal is not None
    assert "50" in answer.refusal.message


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("key = 'AKIAABCDEFGHIJKLMNOP'", "secret"),
        ("t = 'ghp_" + "a1" * 20 + "'", "secret"),
        ("password = 'hunter2hunter2'", "secret"),
        ("url = 'postgresql://bob:s3cretpw@db/x'", "secret"),
        ("pem = '-----BEGIN RSA PRIVATE KEY-----'", "secret"),
        ("level = 'user\u202e \u2066# admin\u2069'", "invisible"),
    ],
)
def test_secrets_and_hidden_characters_are_noticed(line: str, kind: str) -> None:
    answer = read(f"```python\n{line}\n```")
    assert [each.kind for each in answer.findings] == [kind]
    assert all("hunter2" not in each.message and "AKIA" not in each.message for each in answer.findings)
    assert answer.good == (kind == "secret")


@pytest.mark.parametrize(
    "line",
    [
        "password = os.environ['P']",
        "api_key = 'your-key-here'",
        "password = '<password>'",
        "sk = 'risk-averse'",
    ],
)
def test_what_is_no_secret_is_none(line: str) -> None:
    assert read(f"```python\n{line}\n```").findings == ()


@given(st.text(alphabet=st.sampled_from("`~\nab=<>SEARCH REPLACE{}\"'python-kmark"), max_size=200))
def test_no_answer_breaks_the_reader(text: str) -> None:
    answer = read(text, reference="a\n")
    assert bool(answer.code) == (answer.refusal is None)


def test_json_is_found() -> None:
    assert json_in('Yes:\n```json\n{"accept": true}\n```') == {"accept": True}
    assert json_in("[1]") == [1]
    assert json_in("nothing") is None
