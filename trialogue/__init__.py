"""Trialogue: from a scenario to grounded multi-turn dialogues."""

__version__ = "0.1.0"
