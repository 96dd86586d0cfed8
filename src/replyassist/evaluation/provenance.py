"""What a run depends on, as digests: two runs are the same experiment when all of them are equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import replyassist
from replyassist.core.digests import document_digest
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.record import DRAFT
from replyassist.pipeline import PipelineContext

PROGRAM_FILES = ("*.py", "*.json", "*.txt", "*.yaml")


@dataclass(frozen=True)
class RunProvenance:
    """Everything that can change a result. Voice, template and threshold entries are by brand."""

    stages: tuple[str, ...]
    dataset_digest: str
    model: str | None
    profile: str | None
    prompt_digest: str
    voice_digests: dict[str, str]
    voice_sources: dict[str, str]
    template_digests: dict[str, str]
    encoder_digest: str
    code_digest: str
    thresholds: dict[str, float]
    candidates: int
    settings_digest: str
    day: str

    @property
    def digest(self) -> str:
        """Over all of it."""
        return document_digest(self.__dict__)


def provenance_of(
    dataset: Dataset,
    contexts: Mapping[str, PipelineContext],
    *,
    stages: tuple[str, ...],
    prompts: Path,
    voice_sources: Mapping[str, str] | None = None,
    model_identity: str = "",
    profile: str = "",
) -> RunProvenance:
    """What a run of these cases with these contexts (at least one, by brand) depends on.

    ``prompts`` is the folder of the prompts; the voice files in it count by brand and not as prompts.
    ``voice_sources`` says in words where each brand's voice is from.
    """
    any_context = next(iter(contexts.values()))
    model = any_context.model if DRAFT in stages else None
    return RunProvenance(
        stages=stages,
        dataset_digest=dataset.digest,
        model=(model_identity or model.name) if model else None,
        profile=(profile or model.profile) if model else None,
        prompt_digest=digest_of_files(prompts, _prompt_files(prompts)),
        voice_digests={brand: context.voice.version for brand, context in contexts.items()},
        voice_sources=dict(voice_sources or {}),
        template_digests={brand: _templates_digest(context) for brand, context in contexts.items()},
        encoder_digest=any_context.index.encoder.model_digest,
        code_digest=code_digest(),
        thresholds={brand: context.threshold for brand, context in contexts.items()},
        candidates=any_context.candidates,
        settings_digest=document_digest(
            {
                brand: [
                    context.hides_names,
                    context.templates_shown,
                    context.entailment and context.entailment.name,
                    context.reranker and context.reranker.weights.digest,
                ]
                for brand, context in contexts.items()
            }
        ),
        day=any_context.day.isoformat(),
    )


def code_digest() -> str:
    """Over the program's code and the data in it, so that an interrupted run never goes on with other rules."""
    package = Path(replyassist.__file__).parent
    return digest_of_files(package, (file for kind in PROGRAM_FILES for file in package.rglob(kind)))


def digest_of_files(folder: Path, files: Iterable[Path]) -> str:
    """Over names below ``folder`` and contents."""
    return document_digest(
        {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in sorted(files)}
    )


def _prompt_files(prompts: Path) -> list[Path]:
    files = (file for file in prompts.rglob("*") if file.is_file() and not file.name.startswith("."))
    return [file for file in files if file.relative_to(prompts).parts[0] != "voice"]


def _templates_digest(context: PipelineContext) -> str:
    examples = sorted((example.template_id, example.text) for example in context.index.examples)
    return document_digest([sorted(template.version for template in context.index.templates), examples])
