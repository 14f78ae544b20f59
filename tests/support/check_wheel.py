"""Installs the one wheel of a folder into an environment of its own and uses what must be in it.

Usage: python tests/support/check_wheel.py dist
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NEEDED = (
    "trialogue/py.typed",
    "trialogue/agents/prompts/en/answer.md",
    "trialogue/agents/prompts/zh/answer.md",
    "trialogue/agents/data/people.yaml",
    "trialogue/scenarios/travel_reimbursement.yaml",
    "trialogue/scenarios/travel_reimbursement/1_lodging_and_meals.md",
    "trialogue/weights/catalogue.yaml",
    "trialogue/evaluation/data/phrases.yaml",
    "trialogue/starter/scenario.yaml.j2",
    "trialogue/viewer/assets/viewer.css",
)
USE = """
from trialogue.agents.prompt import prompt_versions
from trialogue.scenario_files import find_scenario, scenario_names
assert len(scenario_names()) >= 12, scenario_names()
assert find_scenario("business travel reimbursement").scenario.activities
assert prompt_versions("en").keys() == prompt_versions("zh").keys()
print("the wheel works:", len(scenario_names()), "scenarios")
"""


def main(folder: str) -> None:
    """Raises SystemExit with what is missing from the wheel or fails in it."""
    (wheel,) = Path(folder).glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    if missing := [name for name in NEEDED if name not in names]:
        raise SystemExit(f"{wheel.name} lacks {', '.join(missing)}")
    if foreign := {name.split("/")[0] for name in names} - {"trialogue"}:
        outside = sorted(name for name in foreign if not name.endswith(".dist-info"))
        if outside:
            raise SystemExit(f"{wheel.name} puts {', '.join(outside)} beside the package")
    with tempfile.TemporaryDirectory() as elsewhere:
        # The wheel unpacked alone, ahead of the editable install of this tree.
        zipfile.ZipFile(wheel).extractall(elsewhere)
        subprocess.run(
            [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {elsewhere!r}){USE}"],
            check=True,
            cwd=elsewhere,
        )


if __name__ == "__main__":
    main(sys.argv[1])
