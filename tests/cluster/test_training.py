"""The folds of a validation on a cluster: the same bits, and the same errors, as in one process."""

import os
import signal

import pandas as pd
import pytest

from secretome_ml.core.errors import NotEnoughEvidence, WorkersLost
from secretome_ml.core.parallel import over_processes
from secretome_ml.validation.cross_validation import Validation, cross_validate

pytest.importorskip("distributed")
from secretome_ml.cluster import scheduler
from secretome_ml.cluster.scheduler import open_cluster
from secretome_ml.cluster.spread import over_cluster

NAMES = ("informed", "xgboost")


def test_folds_on_a_cluster_are_those_of_one_process(cluster, few_features, few_targets):
    plan = Validation(folds=2, inner_folds=2)
    here = cross_validate(NAMES, few_features, few_targets, plan)
    with open_cluster(cluster.address, 2) as client:
        there = cross_validate(NAMES, few_features, few_targets, plan, spread=over_cluster(client))
    for name in NAMES:
        pd.testing.assert_frame_equal(here[name].margin, there[name].margin, check_exact=True)
        pd.testing.assert_frame_equal(here[name].probability, there[name].probability, check_exact=True)
        pd.testing.assert_frame_equal(here[name].folds, there[name].folds, check_exact=True)


def test_an_error_of_a_task_arrives_as_it_is(cluster, few_features, few_targets):
    plan = Validation(folds=2, inner_folds=90)
    with (
        open_cluster(cluster.address, 2) as client,
        pytest.raises(NotEnoughEvidence, match="lower the folds"),
    ):
        cross_validate(("prevalence",), few_features, few_targets, plan, spread=over_cluster(client))


def test_workers_of_other_versions_are_refused(cluster, monkeypatch):
    monkeypatch.setattr(scheduler, "__version__", "0.0.1")
    with (
        pytest.raises(WorkersLost, match=r"secretome-ml .* instead of 0\.0\.1"),
        open_cluster(cluster.address, 2),
    ):
        pass


def end_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_reported():
    with pytest.raises(WorkersLost, match="One of 2 processes was killed"):
        list(over_processes(2)(end_itself, [(), ()]))
