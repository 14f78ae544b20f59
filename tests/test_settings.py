from pathlib import Path

import pytest

from trialogue.agents.models import ModelSpec
from trialogue.errors import UsageError
from trialogue.run_folder import lasting
from trialogue.settings import FREE_ON_RESUME, Settings, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config file that sets something of everything."""
    file = tmp_path / "run.yaml"
    file.write_text(
        "n: 5\n"
        "model: openai:small\n"
        "roles:\n"
        "  assistant: openai:large\n"
        "  user: {name: openai:tiny, temperature: 0.2}\n"
        "options:\n"
        "  rounds: 4\n"
        "limits:\n"
        "  concurrency: 3\n",
        encoding="utf-8",
    )
    return file


def test_a_config_file_sets_what_it_names(config: Path) -> None:
    settings = load_settings(config, {"scenario": "travel"})
    assert (settings.n, settings.options.rounds, settings.limits.concurrency) == (5, 4, 3)
    assert settings.seed == Settings(scenario="travel").seed


def test_what_is_given_goes_over_the_file(config: Path) -> None:
    given = {"scenario": "travel", "n": 9, "rounds": 2, "calls": 100, "seed": None}
    settings = load_settings(config, given)
    assert (settings.n, settings.options.rounds, settings.limits.calls) == (9, 2, 100)
    assert settings.limits.concurrency == 3


def test_roles_have_models_of_their_own(config: Path) -> None:
    settings = load_settings(config, {"scenario": "travel", "base_url": "http://localhost:1/v1"})
    assert settings.models() == {
        "user_generator": ModelSpec(name="openai:small", base_url="http://localhost:1/v1"),
        "user": ModelSpec(name="openai:tiny", temperature=0.2),
        "assistant": ModelSpec(name="openai:large"),
    }


def test_the_file_is_not_needed() -> None:
    assert load_settings(None, {"scenario": "travel"}) == Settings(scenario="travel")


def test_a_run_has_a_folder_of_its_own() -> None:
    assert Settings(scenario="x", seed=4).folder("travel") == Path("runs/travel-seed4")
    assert Settings(scenario="x", out="there").folder("travel") == Path("there")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("temprature: 1", "run.yaml:1: unknown key 'temprature'; Settings has scenario, n,"),
        ("n: many", "run.yaml:1: n: "),
        ("n: 0", "run.yaml:1: n: "),
        ("options: {points: 3}", "run.yaml:1: options.points: "),
        ("limits:\n  speed: 3", "run.yaml:2: unknown key 'limits.speed'"),
        ("roles:\n  referee: openai:x", "run.yaml:2: roles.referee"),
        ("- n", "run.yaml:1: expected keys and values"),
        ("n: [", ": not YAML: "),
    ],
)
def test_faults_in_the_file_are_named_with_their_line(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "run.yaml"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_settings(file, {"scenario": "travel"})
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"n": 0}, "n: "),
        ({"concurrency": 0}, "limits.concurrency: "),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"scenario": ""}, "scenario: "),
        ({"at_turn": 2}, "Settings: at_turn needs a file to go on from"),
        ({"goals": ["Is breakfast paid?"]}, "Settings: goals need a file to go on from"),
    ],
)
def test_faults_in_what_is_given_are_named(given: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as error:
        load_settings(None, {"scenario": "travel", **given})
    assert str(error.value).startswith(says)


def test_a_config_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        load_settings(tmp_path / "absent.yaml", {"scenario": "travel"})


@pytest.mark.parametrize(
    ("given", "at_once"),
    [
        ({"model": "openai:x"}, 8),
        ({"model": "local"}, 2),
        ({"model": "openai:x", "roles": {"user": "local"}}, 2),
        ({"model": "local", "limits": {"concurrency": 5}}, 5),
    ],
)
def test_local_models_are_asked_less_at_once(given: dict[str, object], at_once: int) -> None:
    settings = Settings.model_validate({"scenario": "travel", **given})
    assert settings.at_once == at_once


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "http://me:s3cret@localhost/v1"},
        {"base_url": "http://localhost/v1?key=s3cret"},
        {"base_url": "me:s3cret@localhost"},
        {"embedder_base_url": "http://s3cret@localhost/v1"},
        {"roles": {"user": {"name": "openai:x", "base_url": "http://s3cret@localhost/v1"}}},
    ],
)
def test_a_key_in_an_address_is_refused_and_not_told(given: dict[str, object]) -> None:
    with pytest.raises(UsageError) as error:
        load_settings(None, {"scenario": "travel", **given})
    assert "s3cret" not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "free"),
    [
        ({"roles": {"user": {"name": "openai:x", "base_url": "http://localhost:2/v1"}}}, True),
        ({"limits": {"calls": 3}}, True),
        ({"embedder_base_url": "http://localhost:2/v1"}, True),
        ({"limits": {"prices": {"openai:x": {"input": 1, "output": 2}}}}, False),
        ({"roles": {"user": "openai:y"}}, False),
    ],
)
def test_what_may_differ_on_resume(given: dict[str, object], free: bool) -> None:
    role = {"user": {"name": "openai:x", "base_url": "http://localhost:1/v1"}}
    before = Settings.model_validate({"scenario": "travel", "roles": role})
    after = Settings.model_validate({"scenario": "travel", "roles": role, **given})
    kept = [lasting(s.model_dump(mode="json"), FREE_ON_RESUME) for s in (before, after)]
    assert (kept[0] == kept[1]) is free
