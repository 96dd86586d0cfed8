"""How prompts are built for a kind of model: data (``prompts/profiles.yaml``), not code."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from replyassist.core.errors import ConfigurationError
from replyassist.core.resources import resource_folder

FILE = "profiles.yaml"


class Profile(BaseModel, frozen=True, extra="forbid"):
    """What a kind of model needs and can do.

    ``layout``: ``facts`` for a small model, which words the sentences that our plan chose and writes neither greeting
    nor closing; ``rules`` for one that follows instructions and writes the whole reply. ``plans``: such a one says with
    the reply what is asked and on which sentences of the source each of its own rests. ``approved_examples``: how many
    of the brand's approved replies stand beside the worked ones. ``candidates``: how many texts pay for their time.
    ``repair_turns``: how often the model may mend a draft that the checks refuse. ``languages``: what it can
    put a reply into that is written in another one (ISO 639-1).
    """

    layout: Literal["facts", "rules"]
    plans: bool = False
    examples: int = Field(ge=0, le=20)
    approved_examples: int = Field(0, ge=0, le=10)
    candidates: int = Field(4, ge=1, le=16)
    temperature: float = Field(ge=0, le=2)
    stop: tuple[str, ...] = ()
    repair_turns: int = Field(0, ge=0, le=1)
    languages: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _plans_what_it_writes(self) -> Profile:
        if self.plans and self.layout != "rules":
            raise ValueError("plans: only a model of the layout 'rules' plans")
        return self


def profile_named(name: str, *, folder: Path | None = None) -> Profile:
    """The profile of this name; raise ConfigurationError that says which there are."""
    profiles = _load((folder or resource_folder("prompts")) / FILE)
    if name not in profiles:
        raise ConfigurationError(f"there is no model profile '{name}'; {FILE} has {', '.join(sorted(profiles))}")
    return profiles[name]


@lru_cache(maxsize=8)
def _load(path: Path) -> dict[str, Profile]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(name): Profile.model_validate(fields) for name, fields in document.items()}
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: field '{'.'.join(map(str, first['loc']))}': {first['msg']}") from error
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
