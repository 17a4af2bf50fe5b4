"""Language models by what the user writes: `--model SPEC`.

    replay:FILE                     recorded answers
    http://HOST/v1, https://...     any server that speaks OpenAI's protocol
    sglang+http://HOST              SGLang's own protocol
    hf:DIR                          a Hugging Face model in this process (extra `hf`)

Behind `?` stand options, joined by `&`: `model=NAME` at the server, `prompt=FORMAT`, `samples=N`,
`rounds=N`, `scores=votes`, `prices=FILE`; for `hf` also `dtype`, `device`, `pooling` and `adapter=FOLDER`.
"""

import importlib
import importlib.util
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.core.errors import MissingToolError, UserError
from holdfast.core.seams import LanguageModel
from holdfast.models.answer_cache import AnswerCache, CachedModel
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import Language, PromptFormat, load_format
from holdfast.models.replay import load_recording
from holdfast.models.sentence_layout import is_sentence_model
from holdfast.models.trained import trained_prompt
from holdfast.models.usage import Ledger, load_prices

__all__ = ["ModelSource", "ModelSpec", "named_premises", "open_model", "parse_spec", "prepare_model"]

_DEFAULTS: Mapping[Language, str] = {
    "rocq": "few-shot-rocq.v2",
    "lean": "few-shot-lean.v1",
    "python": "instruct-python.v2",
}
_SECRETS = frozenset({"key", "api_key", "apikey", "token", "access_token", "password", "secret"})
_KINDS = "replay:FILE, http://HOST/v1, https://HOST/v1, sglang+http://HOST or hf:DIR"


class _Options(BaseModel):
    """What may stand behind `?`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = None
    prompt: str | None = None
    samples: int = Field(8, ge=1, le=256)
    rounds: int = Field(3, ge=0, le=64)
    scores: Literal["logprobs", "votes"] = "logprobs"
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    device: str = "cpu"
    pooling: Literal["last", "mean"] | None = None
    """None: as a sentence model says itself, and `last` for any other."""
    adapter: Path | None = None
    prices: Path | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as the user wrote it, understood."""

    kind: Literal["replay", "openai", "sglang", "hf"]
    place: str
    """A file, a folder, or an address without user, password and options."""
    options: _Options


def parse_spec(text: str) -> ModelSpec:
    """What a `--model` says. Raises UserError; its message repeats no password and no key."""
    place, _, query = text.partition("?")
    scheme, colon, rest = place.partition(":")
    options = _options(query)
    match scheme:
        case "replay" | "hf" if rest:
            return ModelSpec("replay" if scheme == "replay" else "hf", rest, options)
        case "http" | "https" if colon:
            return ModelSpec("openai", _address(place), options)
        case "sglang+http" | "sglang+https" if colon:
            return ModelSpec("sglang", _address(place.removeprefix("sglang+")), options)
        case _:
            raise UserError(f"not a model: write {_KINDS}")


def _options(query: str) -> _Options:
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    if _SECRETS & {name.lower() for name in pairs}:
        raise UserError(
            "keys do not belong on a command line, where others can read them: set HOLDFAST_API_KEY"
        )
    try:
        return _Options.model_validate(pairs)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = ", ".join(_Options.model_fields)
        raise UserError(f"the model's option {name}: {first['msg'].lower()}; there are {known}") from error


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UserError(f"the model's address cannot be read ({error})") from error
    if parts.username is not None or parts.password is not None:
        raise UserError("keys do not belong in an address, where others can read them: set HOLDFAST_API_KEY")
    if not parts.hostname or port == 0:
        raise UserError(f"the model's address names no server: write {_KINDS}")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


class ModelSource:
    """Makes models from one specification, one for each event loop that wants to ask.

    Args:
        spec: which model.
        environ: the environment, for keys and proxies.
        ledger: told what requests use; one with the prices of the specification where none is given.
        cache: a file in which answers are kept, None for none.
        seed: of what is drawn: with another one, the same goals bring other steps.
    """

    def __init__(
        self,
        spec: ModelSpec,
        environ: Mapping[str, str],
        *,
        ledger: Ledger | None = None,
        cache: Path | None = None,
        seed: int = 0,
    ) -> None:
        """Ask and load nothing yet. Raises UserError where the prompt format is not one."""
        self.spec = spec
        prices = spec.options.prices
        self.ledger = ledger or Ledger(None if prices is None else load_prices(prices))
        self._environ = environ
        self._cache = cache
        self._seed = seed
        self._loaded: Any = None
        self._lock = Lock()  # workers of a search live in threads of their own
        named = spec.options.prompt or _trained_prompt(spec)
        self._format = None if named is None else load_format(named)
        # What is worth a user's attention is in the errors that come in the end.
        logging.getLogger("stamina").setLevel(logging.ERROR)

    def make(self) -> LanguageModel:
        """A model for this event loop; close it. A Hugging Face model is read once, which takes a while.

        Raises UserError or ModelError where it cannot be had, MissingToolError where an extra is missing.
        """
        model = self._made()
        # What a server has loaded today may be another model tomorrow, unless the model is named.
        named = self.spec.options.model is not None and self.spec.kind != "replay"
        if self._cache is None or not named:
            return model
        identity = f"{self.spec.kind} {self.spec.place} {model.name}"
        return _ClosingBoth(model, AnswerCache(self._cache), identity=identity, ledger=self.ledger)

    def _made(self) -> LanguageModel:
        spec, options = self.spec, self.spec.options
        match spec.kind:
            case "replay":
                return load_recording(Path(spec.place))
            case "openai" | "sglang":
                # By name: an HTTP client takes long to import, and most commands ask no server.
                servers = importlib.import_module("holdfast.apps.served_models")
                served: LanguageModel = servers.served_model(
                    spec.kind, spec.place, options.model, environ=self._environ, ledger=self.ledger
                )
                return served
            case "hf":
                with self._lock:
                    if self._loaded is None:
                        self._loaded = _load_hf(Path(spec.place), options)
                shared: LanguageModel = self._loaded.shared()
                return shared

    def proposer(
        self, language: Language, model: LanguageModel, *, samples: int | None = None
    ) -> ModelProposer:
        """The proposer that asks `model` in the format that was named, or the usual one for the language.

        It asks for `samples` answers at once, None for as many as the specification says. Raises
        UserError where the format is not for the language.
        """
        options = self.spec.options
        return ModelProposer(
            model,
            self.prompts(language),
            language=language,
            samples=options.samples if samples is None else samples,
            seed=self._seed,
            votes=options.scores == "votes",
        )

    def prompts(self, language: Language) -> PromptFormat:
        """The format that was named, or the usual one for the language.

        Raises UserError where the format is not for the language.
        """
        found = self._format or load_format(_DEFAULTS[language])
        if language not in found.languages:
            known = ", ".join(found.languages)
            raise UserError(
                f"the prompt format {found.name} is for {known}, not for {language}: name another"
            )
        return found

    def takes_premises(self, language: Language) -> bool:
        """Whether prompts name theorems; only those of Rocq can be found. Raises as `prompts` does."""
        return language == "rocq" and self.prompts(language).takes_premises

    def memory_mb(self) -> float:
        """What the model takes in this process while it is loaded, about, in MB (2**20 bytes)."""
        if self.spec.kind != "hf":
            return 0.0
        weights = [*Path(self.spec.place).glob("*.safetensors"), *Path(self.spec.place).glob("*.bin")]
        return sum(path.stat().st_size for path in weights) / (1 << 20)

    async def aclose(self) -> None:
        """Let go of weights that were read; they are read again when they are wanted again."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            await loaded.aclose()


def named_premises(spec: str | None, environ: Mapping[str, str], language: Language, count: int) -> int:
    """`count` where prompts for the model that `spec` names have a place for theorems, else 0.

    Raises UserError where `spec` is no model, or its format is not for the language.
    """
    takes = spec is not None and prepare_model(spec, environ).takes_premises(language)
    return count if takes else 0


def _trained_prompt(spec: ModelSpec) -> str | None:
    """The format that a model fine-tuned here was trained with; only one that is named goes before it."""
    if spec.kind != "hf":
        return None
    own = None if spec.options.adapter is None else trained_prompt(spec.options.adapter)
    return own or trained_prompt(Path(spec.place))


class _ClosingBoth(CachedModel):
    """A cached model that owns its cache."""

    def __init__(self, model: LanguageModel, cache: AnswerCache, *, identity: str, ledger: Ledger) -> None:
        super().__init__(model, cache, identity=identity, ledger=ledger)
        self._owned = cache

    async def aclose(self) -> None:
        """Close the model and the file."""
        await super().aclose()
        self._owned.close()


def _load_hf(path: Path, options: _Options) -> Any:  # noqa: ANN401 - its module is imported only when chosen
    if importlib.util.find_spec("transformers") is None or importlib.util.find_spec("torch") is None:
        raise MissingToolError(
            "models in this process need torch and transformers: pip install 'holdfast[hf]'"
        )
    if is_sentence_model(path):
        if options.pooling is not None or options.adapter is not None:
            raise UserError(f"{path} says itself how its vectors are made: leave pooling out, and adapter")
        sentences = importlib.import_module("holdfast.models.sentences")
        return sentences.load_sentences(path, dtype=options.dtype, device=options.device)
    module = importlib.import_module("holdfast.models.transformers")
    pooling = options.pooling or "last"
    settings = module.TransformersSettings(
        dtype=options.dtype, device=options.device, pooling=pooling, adapter=options.adapter
    )
    return module.load_transformers(path, settings)


class _Opened(AbstractAsyncContextManager[LanguageModel]):
    """A model that is closed with its source."""

    def __init__(self, source: ModelSource) -> None:
        self._source = source
        self._model = source.make()

    async def __aenter__(self) -> LanguageModel:
        return self._model

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._model.aclose()
        await self._source.aclose()


def open_model(
    spec: str, environ: Mapping[str, str], *, ledger: Ledger | None = None, cache: Path | None = None
) -> AbstractAsyncContextManager[LanguageModel]:
    """The model that `spec` names, closed at the end of the block. Raises as `parse_spec` and `make` do."""
    return _Opened(prepare_model(spec, environ, ledger=ledger, cache=cache))


def prepare_model(
    spec: str,
    environ: Mapping[str, str],
    *,
    ledger: Ledger | None = None,
    cache: Path | None = None,
    seed: int = 0,
) -> ModelSource:
    """The source of models that `spec` names. Raises UserError on anything else."""
    return ModelSource(parse_spec(spec), environ, ledger=ledger, cache=cache, seed=seed)
