"""Formats to export to, and what another package needs to add one."""

from trialogue.exporters.bundle import SPLITS, Bundle, Split
from trialogue.exporters.contract import check_exporter
from trialogue.exporters.exporter import DataFile, Exporter, Features
from trialogue.exporters.registry import BUILT_IN, find_exporter

__all__ = [
    "BUILT_IN",
    "SPLITS",
    "Bundle",
    "DataFile",
    "Exporter",
    "Features",
    "Split",
    "check_exporter",
    "find_exporter",
]
