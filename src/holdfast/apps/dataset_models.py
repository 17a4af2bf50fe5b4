"""The models of a dataset: which one writes, which one embeds, and what both have cost so far."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.models import ModelSpec, parse_spec, prepare_model
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import UserError
from holdfast.core.seams import Encoder, LanguageModel
from holdfast.models.answer_cache import AnswerCache, CachedModel
from holdfast.models.usage import Price, load_prices
from holdfast.pipelines.dataset.asking import Asker, Meter
from holdfast.pipelines.dataset.spending import AskSettings
from holdfast.value.model_encoder import ModelEncoder

__all__ = ["DatasetModels", "open_models"]

_ANSWERS = "answers.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetModels:
    """What is asked while steps run."""

    asker: Asker
    prices: Mapping[str, Price]
    encoder: Encoder | None
    """Ranks what searches find; None for search by words."""
    finder: str
    """What tells this way to search from others."""


@asynccontextmanager
async def open_models(
    model: str,
    embed: str | None,
    folder: Path,
    settings: AskSettings,
    environ: Mapping[str, str],
    *,
    make_asker: type[Asker] = Asker,
) -> AsyncIterator[DatasetModels]:
    """The models of a dataset until the block ends; answers are kept in `folder`.

    Raises UserError where a specification is none or does not name the model, StorageError, MissingToolError.
    """
    async with AsyncExitStack() as stack:
        cache = stack.enter_context(closing(AnswerCache(folder / _ANSWERS)))
        spec = parse_spec(model)
        prices = {} if spec.options.prices is None else load_prices(spec.options.prices)
        if settings.max_cost is not None and not prices:
            raise UserError(
                "--max-cost takes prices: name a table, as in --model 'URL?model=NAME&prices=FILE'"
            )
        writer = await _opened(stack, model, environ)
        encoder, finder = None, "words"
        if embed is not None:
            finder = _identity(parse_spec(embed))
            embedder = CachedModel(await _opened(stack, embed, environ), cache, identity=finder)
            encoder = ModelEncoder(embedder, _spec(finder), style=None)
        asker = make_asker(writer, _identity(spec), cache, prices, settings)
        yield DatasetModels(asker=asker, prices=prices, encoder=encoder, finder=finder)


async def _opened(stack: AsyncExitStack, model: str, environ: Mapping[str, str]) -> LanguageModel:
    source = prepare_model(model, environ, ledger=Meter())
    stack.push_async_callback(source.aclose)
    made = source.make()
    stack.push_async_callback(made.aclose)
    return made


def _spec(finder: str) -> EncodeSpec:
    """How vectors are made: as far as steps go, their model tells them from others."""
    return EncodeSpec(model=finder, layer="as its model", pooling="as its model", normalised=False)


def _identity(spec: ModelSpec) -> str:
    """What the answers of a model belong to: another model's are never taken for its own."""
    if spec.kind == "replay":
        try:
            content = Path(spec.place).read_bytes()
        except OSError as error:
            raise UserError(f"cannot read the recording {spec.place}: {error.strerror}") from error
        return f"replay {hashlib.sha256(content).hexdigest()[:16]}"
    if spec.kind == "hf":
        return f"hf {spec.place} {spec.options.adapter or ''}"
    if spec.options.model is None:
        raise UserError(
            f"answers are kept by the model that gave them: name it, as in {spec.place}?model=NAME"
        )
    return f"{spec.kind} {spec.options.model}"
