"""Models that a server has, asked with the user's key for it."""

from collections.abc import Mapping
from typing import Literal

from holdfast.apps.keys import find_key
from holdfast.core.seams import LanguageModel
from holdfast.models.endpoint import Endpoint, EndpointSettings
from holdfast.models.openai import OpenAIModel
from holdfast.models.patience import Patience
from holdfast.models.sglang import SGLangModel
from holdfast.models.usage import Ledger

__all__ = ["served_model"]


def served_model(
    protocol: Literal["openai", "sglang"],
    url: str,
    name: str | None,
    *,
    environ: Mapping[str, str],
    ledger: Ledger,
) -> LanguageModel:
    """The model `name` at `url`, or the one that is there for None; its key is looked for in `environ`."""
    found = find_key(url, environ)
    settings = EndpointSettings(url=url, key=found.key, key_variable=found.variable, trust_env=True)
    endpoint = Endpoint(settings, Patience())
    if protocol == "openai":
        return OpenAIModel(endpoint, name, ledger=ledger)
    return SGLangModel(endpoint, name, ledger=ledger)
