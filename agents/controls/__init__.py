"""Control parameters (METHOD §2): declared once, asked for, drawn, told, followed and measured."""

from trialogue.agents.controls.contract import check_control
from trialogue.agents.controls.control import Control, Example, Kind, Level, Value, Wording
from trialogue.agents.controls.declared import all_controls, broken_controls, built_in
from trialogue.agents.controls.leads import is_filler, is_led
from trialogue.agents.controls.manner import Manner
from trialogue.agents.controls.presets import presets, with_preset
from trialogue.agents.controls.request import (
    Fixed,
    Grid,
    Requested,
    Span,
    drawn,
    parse_controls,
)
from trialogue.agents.controls.style import styled
from trialogue.agents.controls.vector import coordinates, from_vector, vector

__all__ = [
    "Control",
    "Example",
    "Fixed",
    "Grid",
    "Kind",
    "Level",
    "Manner",
    "Requested",
    "Span",
    "Value",
    "Wording",
    "all_controls",
    "broken_controls",
    "built_in",
    "check_control",
    "coordinates",
    "drawn",
    "from_vector",
    "is_filler",
    "is_led",
    "parse_controls",
    "presets",
    "styled",
    "vector",
    "with_preset",
]
