"""Metrics plugged in by other packages, and the contract that all keep."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plugin_package import install

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import Metric, all_metrics, check_metric, chosen_metrics
from trialogue.plugin_list import installed_plugins

PLUGIN = """
from trialogue.evaluation.metrics import Metric

def shout(corpus):
    import numpy as np
    return np.array([text.isupper() for text in corpus.texts], float)

METRIC = Metric("shouting", "turn", "Share of turns in capitals.", shout)

def made():
    return METRIC

def broken():
    raise RuntimeError("no luck")

NUMBER = 4
"""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "louder", raising=False)
    return lambda points: install(tmp_path, "louder", PLUGIN, {"trialogue.metrics": points})


@pytest.mark.parametrize("name", sorted(all_metrics()))
def test_the_built_in_metrics_keep_the_contract(name: str) -> None:
    check_metric(all_metrics()[name])


def test_a_plugin_is_a_metric_or_makes_one(plugged: Callable[[dict[str, str]], None]) -> None:
    plugged({"shouting": "METRIC", "made": "made"})
    [first, second] = chosen_metrics(["shouting", "made"])
    assert first == second == all_metrics()["shouting"]
    check_metric(first)
    assert ("metrics", "shouting") in {(p.kind, p.name) for p in installed_plugins()}


def test_a_broken_plugin_stops_only_who_asks_for_it(
    plugged: Callable[[dict[str, str]], None],
) -> None:
    plugged({"broken": "broken", "number": "NUMBER", "gone": "GONE"})
    assert not {"broken", "number", "gone"} & set(all_metrics())
    for name, why in (
        ("broken", "no luck"),
        ("number", "not a Metric|cannot be made"),
        ("gone", "loaded"),
    ):
        with pytest.raises(UsageError, match=why):
            chosen_metrics([name])


def test_a_built_in_name_cannot_be_taken(plugged: Callable[[dict[str, str]], None]) -> None:
    plugged({"distinct_1": "METRIC"})
    assert chosen_metrics(["distinct_1"])[0].name == "distinct_1"


def short(corpus: Corpus) -> Floats:
    return np.zeros(len(corpus.texts) + 1)


def large(corpus: Corpus) -> Floats:
    return np.full(len(corpus.texts), 2.0)


@pytest.mark.parametrize(("compute", "why"), [(short, "a value a turn"), (large, "its range")])
def test_the_contract_finds_what_is_wrong(compute: Callable[[Corpus], Floats], why: str) -> None:
    metric = replace(all_metrics()["question_share"], compute=compute)
    with pytest.raises(AssertionError, match=why):
        check_metric(metric)
    with pytest.raises(AssertionError, match="says what"):
        check_metric(replace(metric, definition=""))
    assert isinstance(metric, Metric)
