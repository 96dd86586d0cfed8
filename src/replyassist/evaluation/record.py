"""What one evaluation run found, kept as one JSON file so that runs can be reported on and compared later."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from replyassist.core.errors import InvalidInput
from replyassist.evaluation.dataset import Case
from replyassist.proposal import Proposal

RETRIEVAL = "retrieval"
DRAFT = "draft"
STAGES = (RETRIEVAL, DRAFT)
VERSION_SHOWN = 12

SEND_READY = "send_ready"  # ready and good, of the cases that should be drafted
READY_RIGHT = "ready_right"  # good, of the drafts called ready
READY_WRONG = "ready_wrong"  # the label that says why one called ready is not good
VERDICT_HOLDS = "verdict_holds"  # no blocking finding in spite of the verdict


class CaseResult(BaseModel, frozen=True):
    """One case with what the pipeline made of it and what the evaluators say.

    ``scores`` are numbers, ``assertions`` passed or not, ``labels`` words; an evaluator that does not apply to a case
    says nothing about it. ``proposal`` is None when ``error`` says why there is none. ``seconds`` is the time of the
    proposal without waiting for a place at the model; ``was_cached``: the model's answers came from the cache, and
    their seconds are those of the first time.
    """

    case: Case
    proposal: Proposal | None = None
    scores: dict[str, float] = {}
    assertions: dict[str, bool] = {}
    labels: dict[str, str] = {}
    error: str | None = None
    seconds: float = 0.0
    was_cached: bool = False

    @property
    def is_wrongly_ready(self) -> bool:
        """Whether the draft is called ready, and its label says that it is wrong."""
        return not self.assertions.get(READY_RIGHT, True)


class EvaluationRun(BaseModel, frozen=True):
    """Every result with what it depends on. Voice, template and threshold entries are by brand.

    ``title`` is what a person called it; ``cases_from`` and ``templates_from`` say in words what was scored.
    Two runs with equal digests and the same model differ by chance alone.
    """

    id: str
    title: str = ""
    created_at: datetime
    cases_from: str = ""
    templates_from: str = ""
    stages: tuple[str, ...]
    dataset_digest: str
    cases: int
    model: str | None = None
    profile: str | None = None
    prompt_digest: str = ""
    voice_digests: dict[str, str] = {}
    voice_sources: dict[str, str] = {}
    template_digests: dict[str, str] = {}
    encoder_digest: str = ""
    code_digest: str = ""
    thresholds: dict[str, float] = {}
    candidates: int = 0
    settings_digest: str = ""
    day: str = ""
    results: tuple[CaseResult, ...] = ()

    @property
    def has_drafts(self) -> bool:
        """Whether drafts were made and scored."""
        return DRAFT in self.stages

    def voice_of(self, brand: str) -> str:
        """The version of the voice that the brand was answered with, and where it is from, for people to read."""
        version, source = self.voice_digests.get(brand, "")[:VERSION_SHOWN], self.voice_sources.get(brand)
        return f"{version} from {source}" if source else version


def save_run(run: EvaluationRun, path: Path) -> None:
    """Write the run as one JSON file, as ``write_whole`` does."""
    write_whole(path, run.model_dump_json(indent=1))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, with its folder; raise InvalidInput when it cannot be written."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise InvalidInput(f"cannot be written: {error.strerror or error}", file=str(path)) from error


def load_run(path: Path) -> EvaluationRun:
    """Read a run that ``save_run`` wrote; raise InvalidInput that names the file and the field."""
    try:
        return EvaluationRun.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror or error}", file=str(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise InvalidInput(f"is no evaluation run: {first['msg']}", file=str(path), field=field) from error
