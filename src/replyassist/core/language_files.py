"""One YAML file for each natural language (``de.yaml``), read into one model; which files there are is what we know."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .errors import ConfigurationError
from .yaml_lines import line_of

Words = TypeVar("Words", bound=BaseModel)


@lru_cache(maxsize=32)
def languages_in(folder: Path) -> frozenset[str]:
    """The ISO 639-1 codes that the folder has a file for."""
    return frozenset(path.stem for path in folder.glob("*.yaml"))


@lru_cache(maxsize=32)
def read_languages(folder: Path, model: type[Words]) -> dict[str, Words]:
    """Each language's file by its code; raises ConfigurationError that names file, line and field."""
    return {path.stem: read_table(path, model) for path in sorted(folder.glob("*.yaml"))}


def read_table(path: Path, model: type[Words]) -> Words:
    """A YAML file as one model; raises ConfigurationError that names file, line and field."""
    try:
        text = path.read_text(encoding="utf-8")
        return model.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        first, node = error.errors()[0], yaml.compose(text)
        line = line_of(node, first["loc"]) if node else 1
        field = ".".join(map(str, first["loc"]))
        why = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{path.name}:{line}: field '{field}': {why}") from error
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error}") from error
