"""A tool: what a parcel costs. Any LangChain tool will do."""

from typing import Annotated

from langchain_core.tools import tool

ZONES = {"domestic": (4.5, 0.6), "europe": (9.0, 1.4), "world": (18.0, 3.2)}


@tool
def parcel_fee(
    zone: Annotated[str, "domestic, europe or world"],
    kilograms: Annotated[float, "the weight of the parcel"],
) -> str:
    """Says what a parcel of a weight costs to send to a zone."""
    if zone.lower() not in ZONES:
        return f"no zone is called {zone}; there are {', '.join(ZONES)}"
    if not 0 < kilograms <= 30:
        return "a parcel weighs more than 0 and at most 30 kg"
    base, each = ZONES[zone.lower()]
    return f"{base + each * kilograms:.2f} EUR"
