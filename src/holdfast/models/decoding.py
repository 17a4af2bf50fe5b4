"""Draw tokens from a transformer, many answers at once; the one place where our own text is generated.

Log-probabilities are those of the model itself: before temperature and before unlikely tokens are left out,
as the servers report them. The token that ends a text is among them, and is no part of the text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from holdfast.core.completions import Completion, Sampling
from holdfast.core.errors import BadAnswerError, ContextTooLongError

__all__ = ["Decoder", "Job"]

_UNFINISHED = "\ufffd"
"""What the first bytes of a character look like while the others are not there yet."""


@dataclass(slots=True, eq=False)
class Job:
    """One prompt and how to go on from it."""

    prompt: str
    sampling: Sampling
    watch: Callable[[str], None] | None = None
    """Told of each new piece of the first answer's text, from the thread that computes."""
    cancelled: bool = False
    """Set from outside when nobody waits for it any more."""


@dataclass(slots=True, eq=False)
class _Row:
    """One answer in the making."""

    job: Job
    given: list[int]
    """The tokens before the answer that stand in the same text."""
    generator: torch.Generator | None
    watch: Callable[[str], None] | None
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """Where the text ended after each token."""
    text: str = ""
    told: int = 0
    finished: str = ""


class Decoder:
    """A model with its tokenizer. Not for several threads at once.

    Args:
        model: a causal or an encoder-decoder model of transformers, in evaluation mode.
        tokenizer: that of the model.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:  # noqa: ANN401 - transformers says no more
        self._model = model
        self._tokenizer = tokenizer
        self._translates = bool(model.config.is_encoder_decoder)
        self._stops = _end_tokens(model)
        pad = tokenizer.pad_token_id
        self._pad: int = pad if pad is not None else min(self._stops, default=0)
        self.context = _context(model, tokenizer)
        """The longest text that the model reads, in tokens; None for no limit."""

    def check(self, job: Job) -> None:
        """Raises ContextTooLongError where prompt and answer do not fit."""
        length = len(self._given(job)) if self._translates else len(self._encode(_whole(job)))
        wanted = job.sampling.max_tokens
        if self.context is not None and length + wanted > self.context:
            raise ContextTooLongError(
                f"the prompt has {length} tokens and the answer may have {wanted}, "
                f"but the model reads {self.context}: shorten the prompt"
            )

    @torch.inference_mode()
    def generate(self, jobs: Sequence[Job]) -> list[list[Completion]]:
        """The answers to each job: `sampling.count`, or just one at temperature 0.

        Raises BadAnswerError where the model computes NaN.
        """
        rows = [row for job in jobs for row in self._rows(job)]
        sources = [self._encode(job.prompt) for job in jobs for _ in range(_draws(job))]
        state = (
            _Translation(self._model, *self._padded(sources))
            if self._translates
            else _Continuation(self._model)
        )
        fed = self._padded([row.given for row in rows])
        for _ in range(max(job.sampling.max_tokens for job in jobs)):
            logits = state.step(*fed)
            fed = self._chosen(rows, torch.log_softmax(logits.float(), dim=-1), fed[1])
            if all(row.finished for row in rows):
                break
        answers = iter([self._completion(row) for row in rows])
        return [[next(answers) for _ in range(_draws(job))] for job in jobs]

    def _rows(self, job: Job) -> list[_Row]:
        given = self._given(job)
        rows = []
        for at in range(_draws(job)):
            watch = job.watch if at == 0 else None
            rows.append(_Row(job, given, _generator(job.sampling, at), watch))
        return rows

    def _given(self, job: Job) -> list[int]:
        if not self._translates:
            return self._encode(_whole(job))
        start = self._model.config.decoder_start_token_id
        forced = self._tokenizer(job.sampling.prefix, add_special_tokens=False)["input_ids"]
        return [start, *forced]

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, verbose=False)["input_ids"]
        # A model without a first token of its own cannot begin with nothing.
        return ids or [self._pad]

    def _padded(self, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and mask, the shorter texts filled up in front."""
        width = max(map(len, texts))
        tokens = [[self._pad] * (width - len(text)) + list(text) for text in texts]
        mask = [[0] * (width - len(text)) + [1] * len(text) for text in texts]
        device = self._model.device
        return torch.tensor(tokens, device=device), torch.tensor(mask, device=device)

    def _chosen(
        self, rows: Sequence[_Row], logprobs: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw one token for each row; what to feed next."""
        if not bool(torch.isfinite(logprobs.max(dim=-1).values).all()):
            raise BadAnswerError("the model computes NaN: another dtype, such as float32, may help")
        next_ids = []
        for row, row_logprobs in zip(rows, logprobs, strict=True):
            token = self._pad if row.finished else _draw(row_logprobs, row)
            if not row.finished:
                self._take(row, token, float(row_logprobs[token]))
            next_ids.append([token])
        ones = torch.ones((len(rows), 1), dtype=mask.dtype, device=mask.device)
        return torch.tensor(next_ids, device=mask.device), torch.cat([mask, ones], dim=1)

    def _take(self, row: _Row, token: int, logprob: float) -> None:
        sampling = row.job.sampling
        row.logprobs.append(min(logprob, 0.0))
        if token in self._stops:
            row.finished = "stop"
        else:
            row.ids.append(token)
            row.text = self._text(row)
            row.ends.append(len(row.text))
            if any(stop in row.text for stop in sampling.stop if stop):
                row.finished = "stop"
            elif len(row.ids) >= sampling.max_tokens or row.job.cancelled:
                row.finished = "length"
        if row.watch is not None:
            self._tell(row, row.watch)

    def _tell(self, row: _Row, watch: Callable[[str], None]) -> None:
        """Tell what cannot become part of a stop any more."""
        cut = _cut(row.text, row.job.sampling.stop)
        margin = 0 if row.finished else max((len(stop) - 1 for stop in row.job.sampling.stop), default=0)
        ready = cut if cut is not None else len(row.text) - margin
        if not row.finished and row.text.endswith(_UNFINISHED):
            ready = min(ready, len(row.text.rstrip(_UNFINISHED)))
        if ready > row.told:
            watch(row.text[row.told : ready])
            row.told = ready

    def _text(self, row: _Row) -> str:
        """What the answer adds to the text before it; tokens on their own lose their blanks."""
        before = self._decode(row.given)
        return self._decode([*row.given, *row.ids])[len(before) :]

    def _decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def _completion(self, row: _Row) -> Completion:
        text, count = row.text, len(row.logprobs)
        cut = _cut(text, row.job.sampling.stop)
        if cut is not None:
            text = text[:cut]
            starts = [0, *row.ends]
            count = max(sum(start < cut for start in starts[:-1]), min(1, cut))
        logprobs = tuple(row.logprobs[:count]) if row.job.sampling.want_logprobs else ()
        return Completion(text, logprobs, "stop" if row.finished == "stop" else "length", count)

    @torch.inference_mode()
    def hidden(self, texts: Sequence[str], pooling: str) -> torch.Tensor:
        """One vector a text, of unit length: the last layer behind its final norm, last token or mean.

        Raises ContextTooLongError.
        """
        ids = [self._encode(text) for text in texts]
        longest = max(map(len, ids))
        if self.context is not None and longest > self.context:
            raise ContextTooLongError(
                f"a text has {longest} tokens, but the model reads {self.context}: split it"
            )
        tokens, mask = self._padded(ids)
        base = self._model.get_encoder() if self._translates else self._model.base_model
        given = {} if self._translates else {"position_ids": _positions(mask)}
        states = base(input_ids=tokens, attention_mask=mask, **given).last_hidden_state.float()
        if pooling == "last":
            vectors = states[:, -1]
        else:
            weights = mask.unsqueeze(-1).float()
            vectors = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return torch.nn.functional.normalize(vectors, dim=-1)


class _Continuation:
    """A causal model that goes on with a text."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - transformers says no more
        self._model = model
        self._past: Any = None

    def step(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits for each row's next token; `tokens` are those since the last call, `mask` is for all."""
        positions = _positions(mask)[:, -tokens.shape[1] :]
        out = self._model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=self._past,
            use_cache=True,
        )
        self._past = out.past_key_values
        return _last(out.logits)


class _Translation:
    """An encoder-decoder model that turns one text into another."""

    def __init__(self, model: Any, tokens: torch.Tensor, mask: torch.Tensor) -> None:  # noqa: ANN401 - as above
        self._model = model
        self._source_mask = mask
        self._source = self._model.get_encoder()(input_ids=tokens, attention_mask=self._source_mask)
        self._past: Any = None

    def step(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """As above; the tokens are the decoder's."""
        out = self._model(
            encoder_outputs=self._source,
            attention_mask=self._source_mask,
            decoder_input_ids=tokens,
            decoder_attention_mask=mask,
            past_key_values=self._past,
            use_cache=True,
        )
        self._past = out.past_key_values
        return _last(out.logits)


def _last(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, -1]


def _positions(mask: torch.Tensor) -> torch.Tensor:
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def _whole(job: Job) -> str:
    return job.prompt + job.sampling.prefix


def _draws(job: Job) -> int:
    return 1 if job.sampling.temperature == 0 else job.sampling.count


def _generator(sampling: Sampling, at: int) -> torch.Generator | None:
    """Each answer has its own, so that what is drawn does not depend on what else is computed."""
    if sampling.temperature == 0:
        return None
    generator = torch.Generator()
    if sampling.seed is None:
        generator.seed()
    else:
        generator.manual_seed(sampling.seed + at)
    return generator


def _draw(logprobs: torch.Tensor, row: _Row) -> int:
    sampling = row.job.sampling
    if row.generator is None:
        return int(logprobs.argmax())
    chances = torch.softmax(logprobs.cpu() / sampling.temperature, dim=-1)
    if sampling.top_p < 1:
        ordered, places = chances.sort(descending=True)
        ordered[ordered.cumsum(dim=-1) - ordered >= sampling.top_p] = 0
        return int(places[torch.multinomial(ordered, 1, generator=row.generator)])
    return int(torch.multinomial(chances, 1, generator=row.generator))


def _cut(text: str, stops: Sequence[str]) -> int | None:
    return min((at for stop in stops if stop and (at := text.find(stop)) >= 0), default=None)


def _end_tokens(model: Any) -> frozenset[int]:  # noqa: ANN401 - transformers says no more
    """All tokens that end a text, as the model's generation settings and configuration name them."""
    found: set[int] = set()
    for holder in (model.generation_config, model.config):
        ends = getattr(holder, "eos_token_id", None)
        found.update([ends] if isinstance(ends, int) else ends or ())
    return frozenset(found)


def _context(model: Any, tokenizer: Any) -> int | None:  # noqa: ANN401 - transformers says no more
    """Tokenizers without a limit name an enormous one."""
    limits = [getattr(model.config, key, None) for key in ("max_position_embeddings", "n_positions")]
    known = [
        each for each in (*limits, tokenizer.model_max_length) if isinstance(each, int) and 0 < each < 10**8
    ]
    return min(known, default=None)
