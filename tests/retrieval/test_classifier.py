from __future__ import annotations

import numpy as np

from replyassist.retrieval.classifier import fit_classifier

CLASSES = np.array([0, 0, 0, 0, 1, 2], dtype=np.int64)
RANDOM = np.random.default_rng(0)
CENTRES = np.eye(3, 8, dtype=np.float32)
FEATURES = (CENTRES[CLASSES] + RANDOM.normal(0, 0.05, (6, 8))).astype(np.float32)


def test_it_tells_apart_what_it_has_learnt() -> None:
    classifier = fit_classifier(FEATURES, CLASSES, count=3)

    assert [int(np.argmax(classifier.logits(row))) for row in FEATURES] == CLASSES.tolist()


def test_a_class_with_many_examples_is_not_preferred() -> None:
    classifier = fit_classifier(FEATURES, CLASSES, count=3)
    middle = CENTRES.mean(axis=0)

    assert np.ptp(classifier.logits(middle)) < 1.0


def test_log_odds_are_centred_and_the_same_every_time() -> None:
    one, two = (fit_classifier(FEATURES, CLASSES, count=3).logits(FEATURES[0]) for _ in range(2))

    assert abs(float(one.sum())) < 1e-4
    assert np.array_equal(one, two)
