"""Parcel claims for Trialogue."""

from pathlib import Path

SCENARIO = Path(__file__).with_name("parcel_claims.yaml")
"""What the entry point of a scenario names: the path of its file."""
