"""Each plugin keeps the contract of its kind."""

from trialogue_parcels import SCENARIO
from trialogue_parcels.answered import QUESTIONS_ANSWERED
from trialogue_parcels.fees import parcel_fee
from trialogue_parcels.hesitation import HESITATION
from trialogue_parcels.people import NightShift

from trialogue.testing import (
    control_contract,
    metric_contract,
    persona_contract,
    scenario_contract,
    tool_contract,
)


def test_tool() -> None:
    tool_contract(parcel_fee, {"zone": "europe", "kilograms": 2})
    assert parcel_fee.invoke({"zone": "Europe", "kilograms": 2}) == "11.80 EUR"


def test_personas() -> None:
    persona_contract(NightShift, str(SCENARIO))
    persona_contract(NightShift, "chailv_baoxiao")


def test_metric() -> None:
    metric_contract(QUESTIONS_ANSWERED)


def test_control() -> None:
    control_contract(HESITATION)


def test_scenario() -> None:
    scenario_contract(SCENARIO)
