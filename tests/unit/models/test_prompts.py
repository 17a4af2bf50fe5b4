"""Prompt formats: golden texts, versions, and files that hold none."""

from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.core.completions import Message
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.models.prompts import LANGUAGES, Attempt, Question, format_names, load_format, read_format

GOLDEN = Path(__file__).parent / "golden"
QUESTION = Question(
    goal=Goal((Subgoal((Hypothesis(("n", "m"), "nat"), Hypothesis(("H",), "n <= {prefix}")), "n <= S m"),)),
    prefix="rewrite ",
    context="Lemma le_succ n m : n <= m -> n <= S m.\nProof.",
    premises=("le_S : forall n m : nat, n <= m -> n <= S m", "le_n : forall n : nat, {goal} n <= n"),
)


@pytest.mark.parametrize("name", format_names())
def test_published_formats_never_change(name: str) -> None:
    """A new text is a new version: models were trained on, and measured with, the old one."""
    prompts = load_format(name)
    text = f"{prompts.system}\n-----\n{prompts.prompt(QUESTION)}\n-----\n{prompts.stop}\n"
    text += f"-----\n{prompts.repair}\n" if prompts.repair else ""
    assert text == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", format_names())
def test_formats_are_named_as_their_files(name: str) -> None:
    prompts = load_format(name)
    assert prompts.name == name
    assert prompts.about.endswith(".")


def test_no_format_is_missing_its_golden_text() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(format_names())


def test_every_language_has_a_format() -> None:
    assert {language for name in format_names() for language in load_format(name).languages} == set(LANGUAGES)


def test_the_newest_version_is_taken_where_none_is_named() -> None:
    assert load_format("proofstep").name == "proofstep.v1"


@pytest.mark.parametrize("name", ["few-shot-rocq", "instruct"])
def test_where_no_theorem_is_known_nothing_is_said_of_theorems(name: str) -> None:
    bare = replace(QUESTION, premises=())
    old, new = load_format(f"{name}.v1"), load_format(f"{name}.v2")
    assert new.prompt(bare) == old.prompt(bare) == old.prompt(QUESTION)
    assert (old.takes_premises, new.takes_premises) == (False, True)
    assert all(line in new.prompt(QUESTION) for line in QUESTION.premises)


def test_what_stands_in_a_goal_is_not_replaced() -> None:
    assert "n <= {prefix}" in load_format("proofstep").prompt(QUESTION)


def test_chats_have_turns() -> None:
    prompts = load_format("instruct")
    assert [message.role for message in prompts.messages(QUESTION)] == ["system", "user"]
    assert all(isinstance(message, Message) for message in prompts.messages(QUESTION))


def test_a_chat_goes_on_with_what_was_refused() -> None:
    attempts = (Attempt("return 1", "f:3: expected 2, got 1"), Attempt("return '```'", "it says {step} ```"))
    question = replace(QUESTION, attempts=attempts)
    first, *turns = load_format("instruct-python").messages(question)[1:]
    assert first == load_format("instruct-python").messages(QUESTION)[1]
    assert [each.role for each in turns] == ["assistant", "user", "assistant", "user"]
    assert turns[0].text == "```\nreturn 1\n```"
    assert "```\nf:3: expected 2, got 1\n```" in turns[1].text
    assert turns[2].text == "````\nreturn '```'\n````"
    assert "````\nit says {step} ```\n````" in turns[3].text


def test_a_completion_goes_on_behind_what_was_refused() -> None:
    prompts = load_format("whole-body-python")
    question = replace(QUESTION, attempts=(Attempt("return 1", "f:3: expected 2, got 1"),))
    assert prompts.prompt(question).startswith(f"{prompts.prompt(QUESTION)}return 1\n")
    assert "expected 2, got 1" in prompts.prompt(question)


def test_a_prefix_goes_to_the_decoder_of_models_that_translate() -> None:
    for name, prefix in (("reprover", "rewrite "), ("proofstep", "")):
        sampling = load_format(name).sampling(count=1, seed=None, prefix="rewrite ", want_logprobs=True)
        assert sampling.prefix == prefix


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "not TOML"),
        ('name = "x"', "Field required"),
        ('name="x"\nabout="."\nkind="completion"\ntemplate="nothing"', "needs {goal}"),
        ('name="x"\nabout="."\nkind="completion"\ntemplate="{goal}"\nsystem="s"', "only chats"),
        ('name="x"\nabout="."\nkind="completion"\ntemplate="{goal}"\nstopp=["a"]', "stopp"),
        ('name="x"\nabout="."\nkind="completion"\ntemplate="{goal}{premises}"', "both need {premises}"),
        ('name="x"\nabout="."\nkind="completion"\ntemplate="{goal}"\npremises="p"', "both need {premises}"),
        ('name="x"\nabout="."\nkind="poem"\ntemplate="{goal}"', "kind"),
    ],
)
def test_what_is_no_format_is_told(text: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_format(text, "mine.toml")


def test_users_bring_their_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'name="mine"\nabout="."\nkind="completion"\ntemplate="<{goal}|{prefix}"', encoding="utf-8"
    )
    assert load_format(str(file)).prompt(QUESTION).endswith("|rewrite ")
    with pytest.raises(UserError, match="cannot read"):
        load_format(str(tmp_path / "other.toml"))
    with pytest.raises(UserError, match="there is no prompt format poem"):
        load_format("poem")


def test_the_format_that_the_documentation_shows() -> None:
    text = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")
    prompts = read_format(text.partition("```toml\n")[2].partition("```")[0], "docs/models.md")
    assert prompts.prompt(QUESTION).endswith("</goal><tactic>rewrite ")


def test_the_documentation_names_every_format() -> None:
    text = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")
    assert [name for name in format_names() if f"`{name.rpartition('.')[0]}`" not in text] == []
