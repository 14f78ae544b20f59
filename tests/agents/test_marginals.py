"""Facets are drawn as often as their weights say."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import chi2_contingency, chisquare

import trialogue
from trialogue.agents.marginals import (
    Marginals,
    SampledPersonas,
    default_marginals,
    read_marginals,
)
from trialogue.agents.personas import persona_source
from trialogue.errors import UsageError
from trialogue.records import Persona, Scenario
from trialogue.scenario_files import find_scenario

EN = find_scenario("travel_reimbursement").scenario
ZH = find_scenario("chailv_baoxiao").scenario
EXAMPLES = Path(trialogue.__file__).parents[1] / "examples" / "personas"
DRAWS = 2000
# With fixed seeds a true null hypothesis is either always or never refused at this level.
RARE = 1e-3


def drawn(marginals: Marginals, scenario: Scenario = EN, seed: int = 5) -> list[Persona]:
    source = SampledPersonas(marginals)
    return [source.draw(seed, number, scenario) for number in range(DRAWS)]


def p_value(values: Iterable[object], shares: Mapping[Any, float]) -> float:
    """How likely counts as far from the shares are, if the shares hold."""
    counts = Counter(values)
    assert set(counts) <= {value for value, share in shares.items() if share}
    expected = [DRAWS * share / sum(shares.values()) for share in shares.values()]
    return float(chisquare([counts[value] for value in shares], expected).pvalue)


def spread(weights: Mapping[str, float]) -> dict[int, float]:
    """The share of every number of weighted ranges."""
    shares: dict[int, float] = {}
    for key, weight in weights.items():
        low, _, high = key.partition("-")
        numbers = range(int(low), int(high or low) + 1)
        for number in numbers:
            shares[number] = shares.get(number, 0) + weight / len(numbers)
    return shares


@pytest.mark.parametrize("seed", [0, 5, 99])
def test_default_marginals_hold(seed: int) -> None:
    marginals = default_marginals()
    people = drawn(marginals, seed=seed)
    for facet in ("mood", "patience", "decision_style"):
        shares = dict(getattr(marginals, facet))
        assert p_value((getattr(who, facet) for who in people), shares) > RARE, facet
    for facet in ("age", "expertise"):
        shares = spread(getattr(marginals, facet))
        assert p_value((getattr(who, facet) for who in people), shares) > RARE, facet


def test_given_marginals_hold() -> None:
    marginals = read_marginals(EXAMPLES / "marginals.yaml")
    people = drawn(marginals)
    assert p_value((who.mood for who in people), dict(marginals.mood)) > RARE
    assert p_value((who.age for who in people), spread(marginals.age)) > RARE
    assert p_value((who.expertise for who in people), spread(marginals.expertise)) > RARE
    assert marginals.decision_style == default_marginals().decision_style


def test_a_test_of_shares_notices_wrong_ones() -> None:
    people = drawn(Marginals(patience={"low": 50, "medium": 50}))
    assert p_value((who.patience for who in people), {"low": 55, "medium": 45}) < RARE


def test_facets_are_drawn_independently() -> None:
    people = drawn(default_marginals())
    for one, other in combinations(("expertise", "mood", "patience", "decision_style"), 2):
        pairs = Counter((getattr(who, one), getattr(who, other)) for who in people)
        rows = sorted({pair[0] for pair in pairs})
        columns = sorted({pair[1] for pair in pairs})
        table = [[pairs[row, column] for column in columns] for row in rows]
        assert chi2_contingency(table).pvalue > RARE, (one, other)


def test_facets_without_weights_stay_open_and_weightless_values_are_never_drawn() -> None:
    people = drawn(Marginals(job={"nurse": 1, "baker": 0}))
    assert {who.job for who in people} == {"nurse"}
    assert {who.mood for who in people} == {None}


def test_a_persona_depends_on_seed_and_number_only() -> None:
    one, other = drawn(default_marginals(), seed=1), drawn(default_marginals(), seed=2)
    assert one == drawn(default_marginals(), seed=1)
    assert sum(a == b for a, b in zip(one, other, strict=True)) < DRAWS / 20


def test_languages_of_marginals() -> None:
    marginals = Marginals(language={"en": 9, "zh": 1})
    assert {who.language for who in drawn(marginals, ZH)} == {"zh"}
    with pytest.raises(UsageError, match=r"here: nobody speaks 'zh'.*weight"):
        SampledPersonas(Marginals(language={"en": 9}), "here").draw(0, 0, ZH)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("patience: {low: 1}\nmoods: {calm: 1}", ":2: unknown key 'moods'; Marginals has name, "),
        ("mood: {calm: -1}", ":1: mood.calm: Input should be greater than or equal to 0"),
        ("mood: {calm: .inf}", ":1: mood.calm: "),
        ("mood: {calm: 1.0e+308, tired: 1.0e+308}", ":1: mood: its weights must add up"),
        ("mood: {calm: 0, tired: 0}", ":1: mood: its weights must add up to a number above 0"),
        ("patience: high", ":1: patience: Input should be a valid dictionary"),
        (
            "age:\n  18-30: 1\n  60-40: 2",
            r":3: age.60-40.\[key\]: must be a number or a range such as",
        ),
        ("expertise: {0-2: 1}", r":1: expertise.0-2.\[key\]: must be .* from 1 to 5"),
        ("expertise: {high: 1}", r":1: expertise.high.\[key\]: must be"),
        ("decision_style: {bold: 1}", ":1: decision_style.bold"),
        ("mood: {calm: 1\n", ":2: not YAML"),
    ],
)
def test_faults_of_marginals_are_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "marginals.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=says) as error:
        persona_source(str(file), EN)
    assert "\n" not in str(error.value)
