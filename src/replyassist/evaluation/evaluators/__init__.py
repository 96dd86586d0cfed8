"""One small dataclass for each side of quality; what each stage is scored by."""

from .cost import Cost
from .faithfulness import Coverage, Grounding, VoiceKept
from .outcome import Evaluator, Outcome, Value, message_of
from .person import Language, Personalisation
from .readiness import Readiness
from .reference import Overlap, Similarity
from .retrieval import RANKS, Abstention, Retrieval, Routing
from .safety import Safety

RETRIEVAL_EVALUATORS: tuple[Evaluator, ...] = (Retrieval(), Abstention(), Routing())
DRAFT_EVALUATORS: tuple[Evaluator, ...] = (
    Readiness(),
    Grounding(),
    Coverage(),
    VoiceKept(),
    Personalisation(),
    Language(),
    Safety(),
    Overlap(),
    Similarity(),
    Cost(),
)

__all__ = ["DRAFT_EVALUATORS", "RANKS", "RETRIEVAL_EVALUATORS", "Evaluator", "Outcome", "Value", "message_of"]
