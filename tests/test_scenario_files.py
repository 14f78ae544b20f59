from pathlib import Path

import pytest
import yaml

from trialogue.errors import UsageError
from trialogue.records import Scenario
from trialogue.scenario_files import find_scenario, read_scenario, scenario_names, shipped_folder

SMALL = {
    "id": "small",
    "name": "small matters",
    "description": "Somebody asks about small matters.",
    "roles": {
        "user": {"label": "Guest", "description": "a guest"},
        "assistant": {"label": "Host", "description": "a host"},
    },
    "activities": [
        {
            "name": "stay",
            "topic": "stay",
            "what": "stayed",
            "quantities": [{"name": "nights", "unit": "nights", "low": 1, "high": 3}],
        }
    ],
    "documents": ["rules"],
}


def written(folder: Path, scenario: object, name: str = "small.yaml") -> Path:
    file = folder / name
    file.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", scenario_names())
def test_shipped_scenarios_are_found_by_id_and_name(name: str) -> None:
    found = find_scenario(name)
    assert found.scenario.id == name
    assert find_scenario(found.scenario.name.upper()) == found
    assert all(Path(document).exists() for document in found.documents)


def test_aliases_are_found_without_regard_to_case_and_dashes() -> None:
    for alias in ("business travel reimbursement", "Business-Travel  Reimbursement"):
        assert find_scenario(alias).scenario.id == "travel_reimbursement"


def test_no_two_scenarios_share_an_alias() -> None:
    owners: dict[str, str] = {}
    for name in scenario_names():
        scenario = find_scenario(name).scenario
        for alias in {a.lower() for a in (scenario.id, scenario.name, *scenario.aliases)}:
            assert owners.setdefault(alias, name) == name


def test_a_file_is_read_with_its_documents_beside_it(tmp_path: Path) -> None:
    found = find_scenario(str(written(tmp_path, SMALL)))
    assert found.scenario == Scenario.model_validate(SMALL)
    assert found.documents == (str(tmp_path / "rules"),)


def test_shipped_files_are_found_as_files_too() -> None:
    file = shipped_folder() / "car_rental.yaml"
    assert read_scenario(file) == find_scenario("car_rental")


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"did you mean car_rental.* four words"):
        find_scenario("car rentals")


def test_a_name_like_none_brings_them_all() -> None:
    with pytest.raises(UsageError) as error:
        find_scenario("qqqqqqqq")
    assert all(name in str(error.value) for name in scenario_names())


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"absent\.yaml: there is no such file"):
        find_scenario("absent.yaml")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"colour": "red"}, ":LAST: unknown key 'colour'; Scenario has schema_version, id"),
        ({"today": "soon"}, ":LAST: today: "),
        ({"roles": {"user": {}}}, "roles.user.label: Field required"),
    ],
)
def test_faults_are_named_with_their_line(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    file = written(tmp_path, {**SMALL, **changed})
    with pytest.raises(UsageError) as error:
        find_scenario(str(file))
    last = len(file.read_text(encoding="utf-8").splitlines())
    assert says.replace("LAST", str(last)) in str(error.value)
    assert str(error.value).startswith(f"{file}:")
    assert "\n" not in str(error.value)


def test_a_slot_without_a_place_is_named(tmp_path: Path) -> None:
    activity = {**SMALL["activities"][0], "what": "stayed in {city}"}  # type: ignore[index]
    file = written(tmp_path, {**SMALL, "activities": [activity]})
    with pytest.raises(UsageError, match="slots"):
        read_scenario(file)
