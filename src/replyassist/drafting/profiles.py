"""How prompts are built for a kind of model: data (``prompts/profiles.yaml``), not code."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from replyassist.core.errors import ConfigurationError
from replyassist.core.llm import ChatModel
from replyassist.core.resources import resource_folder

FILE = "profiles.yaml"
_FOR_ANSWERS = ("plans", "examples", "approved_examples", "repair_turns", "languages")


class Profile(BaseModel, frozen=True, extra="forbid"):
    """What a kind of model needs and can do.

    ``writes_answers``: it writes whole replies; else answers are the template's own words, and the model thanks for
    praise. ``candidates``: how many texts pay for their time. The rest is for those who write answers. ``plans``: it
    says with the reply what is asked and on which sentences of the source each of its own rests. ``examples``: how many
    of the voice's worked examples it is shown, ``approved_examples``: how many of the brand's approved replies beside
    them. ``repair_turns``: how often it may mend a draft that the checks refuse. ``languages``: what it can put a reply
    into that is written in another one (ISO 639-1).
    """

    writes_answers: bool = True
    plans: bool = False
    examples: int = Field(0, ge=0, le=20)
    approved_examples: int = Field(0, ge=0, le=10)
    candidates: int = Field(4, ge=1, le=16)
    temperature: float = Field(ge=0, le=2)
    stop: tuple[str, ...] = ()
    repair_turns: int = Field(0, ge=0, le=1)
    languages: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_told_of_answers_only_to_write_them(self) -> Profile:
        for field in _FOR_ANSWERS:
            if not self.writes_answers and getattr(self, field):
                raise ValueError(f"{field}: only for a model that writes answers")
        return self


def profile_named(name: str, *, folder: Path | None = None) -> Profile:
    """The profile of this name; raise ConfigurationError that says which there are."""
    profiles = _load((folder or resource_folder("prompts")) / FILE)
    if name not in profiles:
        raise ConfigurationError(f"there is no model profile '{name}'; {FILE} has {', '.join(sorted(profiles))}")
    return profiles[name]


def writer_of(model: ChatModel | None) -> ChatModel | None:
    """The model, where there is one and it writes answers; None: they are the templates' own words."""
    return model if model is not None and profile_named(model.profile).writes_answers else None


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
