"""Reads voice rules, and says which file, line and field is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from replyassist.brands.voice.model import VoiceRules
from replyassist.core.errors import InvalidInput
from replyassist.core.resources import resource_folder
from replyassist.core.yaml_lines import line_of


def parse_voice(document: Any, *, file: str | None = None, root: yaml.Node | None = None) -> VoiceRules:
    """Validate voice rules; raise InvalidInput that names the file, the field and, given ``root``, the line."""
    if not isinstance(document, dict):
        raise InvalidInput("expected a mapping of voice rules", file=file)
    try:
        return VoiceRules.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        location = _written_location(first["loc"])
        raise InvalidInput(
            first["msg"],
            file=file,
            line=line_of(root, location) if root is not None and location else None,
            field=".".join(str(part) for part in location) or None,
        ) from error


def _written_location(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The place as it stands in the file: without the rule's kind, which the validator puts behind its number."""
    return location[:2] + location[3:] if location[:1] == ("rules",) else location


def load_voice(path: Path) -> VoiceRules:
    """Read one voice file; raise InvalidInput with file, line and field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot be read: {error}", file=str(path)) from error
    return read_voice(text, file=str(path))


def read_voice(text: str, *, file: str) -> VoiceRules:
    """Voice rules as they are written in YAML; raise InvalidInput with file, line and field.

    Aliases are refused: a short text could stand for one that fills the memory.
    """
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise InvalidInput("aliases (*name) are not taken; write it out", file=file)
        document, root = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InvalidInput(f"not valid YAML: {error.problem}", file=file, line=line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidInput(f"not valid YAML: {error}", file=file) from error
    return parse_voice(document, file=file, root=root)


def written(voice: VoiceRules) -> str:
    """The rules in YAML, as ``read_voice`` reads them; without what is as it is anyway."""
    document = voice.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)


def default_voice(brand_id: str) -> VoiceRules:
    """A neutral voice for a brand that has not written its own yet (``prompts/voice/default.yaml``)."""
    neutral = load_voice(resource_folder("prompts") / "voice" / "default.yaml")
    name = brand_id.replace("-", " ").replace("_", " ").title()
    return neutral.model_copy(update={"brand": brand_id, "name": name})


def sample_voice(brand_id: str) -> VoiceRules | None:
    """The voice file that travels with the program for this brand, or None."""
    path = resource_folder("prompts") / "voice" / f"{brand_id}.yaml"
    return load_voice(path) if path.is_file() else None
