"""What the user of an editor can choose; sent when the server is started."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["Settings", "read_settings"]


class Settings(BaseModel):
    """Every field has a default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    budget: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """CPU seconds that a search may use for a hole."""
    suggestions: Annotated[int, Field(ge=1, le=50)] = 8
    """How many are shown."""
    wait: Annotated[float, Field(gt=0, le=600)] = 30.0
    """Seconds after which suggestions that are not checked are left so."""
    completion: bool = True
    """Whether steps are offered as completions."""
    lenses: bool = True
    """Whether holes carry what can be done with them."""
    diagnostics: bool = True
    """Whether functions whose tests say too little are marked when a file is opened or saved."""


def read_settings(data: object) -> tuple[Settings, str]:
    """The settings, and a sentence on what is wrong with them; the defaults hold then."""
    try:
        return Settings.model_validate(data or {}), ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "settings"
        return Settings(), f"the setting {place} does not hold, so the defaults do: {first['msg']}"
