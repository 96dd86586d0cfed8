"""How far the checks' verdict agrees with people who read the same drafts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations

from pydantic import BaseModel

from replyassist.evaluation.labels import VERDICT_MEANS, Label, Usability, majority
from replyassist.evaluation.record import EvaluationRun
from replyassist.evaluation.statistics import Interval, cohens_kappa, proportion_interval


class Agreement(BaseModel, frozen=True):
    """``confusion`` counts drafts by our verdict and then by what people say.

    ``ready_precision`` is the share of our ready drafts that people would send, ``ready_recall`` the share of what
    people would send that we call ready. ``kappa`` and ``accuracy`` are over the three labels; ``between_readers`` is
    the kappa of pairs of people, the ceiling for ours. None: too little to say. ``too_lenient`` are the cases that we
    call ready and people would not send. Labels of another draft than the run's are counted and left out.
    """

    compared: int
    other_draft: int
    unknown_case: int
    confusion: dict[str, dict[str, int]]
    accuracy: Interval | None
    kappa: Interval | None
    ready_precision: Interval | None
    ready_recall: Interval | None
    between_readers: Interval | None
    failures: dict[str, int]
    too_lenient: tuple[str, ...]


def agreement(run: EvaluationRun, labels: Sequence[Label]) -> Agreement:
    """Hold a run's verdicts against labels of the same drafts; several readers count by their majority."""
    drafts = {result.case.id: result.proposal for result in run.results if result.proposal and result.proposal.draft}
    fitting = [label for label in labels if label.case_id in drafts and drafts[label.case_id].draft == label.draft]
    readers: dict[str, list[Usability]] = defaultdict(list)
    for label in fitting:
        readers[label.case_id].append(label.label)
    people = {case_id: majority(given) for case_id, given in readers.items()}
    ours = {case_id: drafts[case_id].verdict for case_id in people}
    pairs = [(case_id, verdict, people[case_id]) for case_id, verdict in ours.items() if verdict is not None]
    unknown = sum(label.case_id not in drafts for label in labels)
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for _, verdict, usability in pairs:
        confusion[verdict.value][usability.value] += 1
    claimed = [VERDICT_MEANS[verdict] for _, verdict, _ in pairs]
    said = [usability for _, _, usability in pairs]
    return Agreement(
        compared=len(pairs),
        other_draft=len(labels) - len(fitting) - unknown,
        unknown_case=unknown,
        confusion={verdict: dict(counts) for verdict, counts in confusion.items()},
        accuracy=_share(zip(claimed, said, strict=True)),
        kappa=cohens_kappa(claimed, said),
        ready_precision=_share((claim, label) for claim, label in zip(claimed, said, strict=True) if is_ready(claim)),
        ready_recall=_share((label, claim) for claim, label in zip(claimed, said, strict=True) if is_ready(label)),
        between_readers=_between_readers(fitting),
        failures=dict(Counter(kind.value for label in fitting for kind in label.failures).most_common()),
        too_lenient=tuple(
            case_id
            for case_id, verdict, usability in pairs
            if is_ready(VERDICT_MEANS[verdict]) and not is_ready(usability)
        ),
    )


def is_ready(label: Usability) -> bool:
    """Whether a draft with this label may be sent as it is."""
    return label is Usability.SEND_READY


def _share(pairs: Iterable[tuple[Hashable, Hashable]]) -> Interval | None:
    """The share of pairs that are equal."""
    equal = [first == second for first, second in pairs]
    return proportion_interval(sum(equal), len(equal)) if equal else None


def _between_readers(labels: Iterable[Label]) -> Interval | None:
    """Kappa over every two labels that different readers gave to one draft, the reader of the lower name first."""
    by_draft: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        by_draft[label.case_id, label.draft].append(label)
    pairs = [
        (first.label, second.label)
        for given in by_draft.values()
        for first, second in combinations(sorted(given, key=lambda label: label.by), 2)
    ]
    return cohens_kappa([first for first, _ in pairs], [second for _, second in pairs])
