"""One small dataclass for each side of quality; what each stage is scored by."""

from .cost import CostEvaluator
from .faithfulness import CoverageEvaluator, Grounding, VoiceKept
from .outcome import CaseOutcome, Evaluator, Value, message_of
from .person import Language, Personalisation
from .readiness import ReadinessEvaluator
from .reference import Overlap, Similarity
from .retrieval import RANKS, Abstention, Retrieval, Routing
from .safety import Safety

RETRIEVAL_EVALUATORS: tuple[Evaluator, ...] = (Retrieval(), Abstention(), Routing())
DRAFT_EVALUATORS: tuple[Evaluator, ...] = (
    ReadinessEvaluator(),
    Grounding(),
    CoverageEvaluator(),
    VoiceKept(),
    Personalisation(),
    Language(),
    Safety(),
    Overlap(),
    Similarity(),
    CostEvaluator(),
)

__all__ = ["DRAFT_EVALUATORS", "RANKS", "RETRIEVAL_EVALUATORS", "CaseOutcome", "Evaluator", "Value", "message_of"]
