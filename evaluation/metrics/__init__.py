"""Base metrics, each with its published definition (METHOD §6)."""

from trialogue.evaluation.metrics.contract import check_metric
from trialogue.evaluation.metrics.metric import Metric, as_dialogue_values
from trialogue.evaluation.metrics.registry import all_metrics, chosen_metrics

__all__ = ["Metric", "all_metrics", "as_dialogue_values", "check_metric", "chosen_metrics"]
