"""The report of a run: sections kept as data, written as one page that opens offline."""

from trialogue.evaluation.report.blocks import (
    Block,
    Chart,
    Conversation,
    Conversations,
    Note,
    Section,
    Table,
)
from trialogue.evaluation.report.page import kept_sections, put_section, report_title

__all__ = [
    "Block",
    "Chart",
    "Conversation",
    "Conversations",
    "Note",
    "Section",
    "Table",
    "kept_sections",
    "put_section",
    "report_title",
]
