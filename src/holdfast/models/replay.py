"""Recorded answers in place of a model: for tests, demonstrations and runs that can be repeated anywhere.

A recording is JSON lines, one answered call a line; later lines win. Three kinds, told by their key:

    {"prompt": "...", "answers": [{"text": "...", "logprobs": [-0.1], "finished": "stop", "tokens": 1}]}
    {"messages": [{"role": "user", "text": "..."}], "pieces": ["..."], "finished": "length"}
    {"embed": "...", "vector": [0.1, 0.2]}

A prompt, message text or embedded text `*` answers whatever has no line of its own. In an answer only `text`
has to be given, which makes recordings easy to write by hand; of a chat, `finished` need not be.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import BadAnswerError, UserError
from holdfast.core.seams import LanguageModel

__all__ = ["RecordingModel", "ReplayModel", "load_recording"]

LogProb = Annotated[float, Field(le=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Answer(_Strict):
    text: str
    logprobs: tuple[LogProb, ...] = (-1.0,)
    finished: Literal["stop", "length"] = "stop"
    tokens: Annotated[int, Field(ge=0)] | None = None
    """As many as there are log-probabilities, where it is not given."""


class _Completed(_Strict):
    prompt: str
    answers: Annotated[tuple[_Answer, ...], Field(min_length=1)]


class _Turn(_Strict):
    role: Literal["system", "user", "assistant"]
    text: str
    images: tuple[str, ...] = ()


class _Chatted(_Strict):
    messages: Annotated[tuple[_Turn, ...], Field(min_length=1)]
    pieces: tuple[str, ...]
    finished: Literal["stop", "length"] | None = None
    """How it ended, where that is told."""


class _Embedded(_Strict):
    embed: str
    vector: Annotated[tuple[Number, ...], Field(min_length=1)]


_LINE: TypeAdapter[_Completed | _Chatted | _Embedded] = TypeAdapter(_Completed | _Chatted | _Embedded)
_ANY = "*"


class ReplayModel:
    """Fills the `LanguageModel` seam from a recording.

    A prompt's answers are given in order, from the beginning again where more are asked for than were
    recorded; at temperature 0 all are the first one. Stops are kept to; other parameters are not compared.
    """

    def __init__(self, records: Iterable[Mapping[str, object]], *, name: str = "replay") -> None:
        """Take records as in the module's description. Raises UserError on any other."""
        self._name = name
        self._answers: dict[str, tuple[_Answer, ...]] = {}
        self._chats: dict[tuple[_Turn, ...] | str, _Chatted] = {}
        self._vectors: dict[str, tuple[float, ...]] = {}
        for at, record in enumerate(records, 1):
            self._take(record, f"{name}, record {at}")

    @property
    def name(self) -> str:
        """`replay`, or the name it was given."""
        return self._name

    def _take(self, record: Mapping[str, object], where: str) -> None:
        try:
            line = _LINE.validate_python(record)
        except ValidationError as error:
            first = error.errors()[0]
            raise UserError(f"{where}: not a recorded answer ({first['msg']})") from error
        match line:
            case _Completed():
                self._answers[line.prompt] = line.answers
            case _Chatted():
                any_chat = len(line.messages) == 1 and line.messages[0].text == _ANY
                self._chats[_ANY if any_chat else line.messages] = line
            case _Embedded():
                self._vectors[line.embed] = line.vector

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """The recorded answers. Raises BadAnswerError where the prompt was not recorded."""
        prompt += sampling.prefix
        known = self._answers.get(prompt, self._answers.get(_ANY))
        if known is None:
            raise self._unknown("prompt", prompt)
        if sampling.temperature == 0:
            known = known[:1]
        return [_completion(known[at % len(known)], sampling) for at in range(sampling.count)]

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        """The recorded pieces. Raises BadAnswerError where the chat was not recorded."""
        del sampling
        turns = tuple(
            _Turn(role=message.role, text=message.text, images=message.images) for message in messages
        )
        known = self._chats.get(turns, self._chats.get(_ANY))
        if known is None:
            raise self._unknown("chat that ends", messages[-1].text if messages else "")
        for piece in known.pieces:
            yield piece
        if known.finished is not None:
            yield Ending(known.finished)

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """The recorded vectors. Raises BadAnswerError where a text was not recorded."""
        vectors = []
        for text in texts:
            known = self._vectors.get(text, self._vectors.get(_ANY))
            if known is None:
                raise self._unknown("vector for the text", text)
            vectors.append(known)
        return vectors

    async def aclose(self) -> None:
        """Nothing is held."""

    def _unknown(self, what: str, text: str) -> BadAnswerError:
        start = json.dumps(text[-60:], ensure_ascii=False)
        return BadAnswerError(f"{self._name} holds no {what} {start}: record it, or add a line for `*`")


def _completion(answer: _Answer, sampling: Sampling) -> Completion:
    logprobs = answer.logprobs if sampling.want_logprobs else ()
    tokens = len(answer.logprobs) if answer.tokens is None else answer.tokens
    ends = [at for stop in sampling.stop if stop and (at := answer.text.find(stop)) >= 0]
    if not ends:
        return Completion(answer.text, logprobs, answer.finished, tokens)
    return Completion(answer.text[: min(ends)], logprobs, "stop", tokens)


def load_recording(path: Path) -> ReplayModel:
    """The model that a file of JSON lines replays. Raises UserError on a file that cannot be read as such."""
    records = []
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                try:
                    records.append(json.loads(line))
                except ValueError as error:
                    raise UserError(f"{path}, line {number}: not JSON ({error})") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the recording {path}: {error}") from error
    return ReplayModel(records, name=path.name)


class RecordingModel:
    """A model whose answers are kept, for `ReplayModel`; fills the `LanguageModel` seam."""

    def __init__(self, model: LanguageModel, path: Path) -> None:
        """Append to `path`, which need not exist; its folder must."""
        self._model = model
        self._path = path

    @property
    def name(self) -> str:
        """That of the model that answers."""
        return self._model.name

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """What the model answers."""
        answers = await self._model.complete(prompt, sampling)
        self._keep({"prompt": prompt + sampling.prefix, "answers": [asdict(each) for each in answers]})
        return answers

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        """What the model answers; kept when it is complete."""
        pieces, ended = [], {}
        async for piece in self._model.chat(messages, sampling):
            if isinstance(piece, Ending):
                ended = {"finished": piece.finished}
            else:
                pieces.append(piece)
            yield piece
        self._keep({"messages": [each.record() for each in messages], "pieces": pieces} | ended)

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """What the model answers."""
        vectors = await self._model.embed(texts)
        for text, vector in zip(texts, vectors, strict=True):
            self._keep({"embed": text, "vector": vector})
        return vectors

    async def aclose(self) -> None:
        """Close the model."""
        await self._model.aclose()

    def _keep(self, record: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
