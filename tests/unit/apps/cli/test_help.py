"""What `--help` says of every option of every command."""

from collections.abc import Iterator

import click
import pytest
import typer

from holdfast.apps.cli.main import app


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from _commands(below, f"{name} {word}")


COMMANDS = dict(_commands(typer.main.get_command(app), "holdfast"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_in_a_sentence(name: str) -> None:
    for option in COMMANDS[name].params:
        told = getattr(option, "help", None) or ""
        if getattr(option, "hidden", False) or option.name == "help":
            continue
        assert told.endswith((".", "...")), f"{name} {option.name}: {told!r}"
        assert "FOLDER" not in (option.metavar or ""), f"{name} {option.name}: folders are called DIR"
