import pytest

from trialogue import weights
from trialogue.errors import UsageError
from trialogue.weights.catalogue import HubSource, WheelSource


def test_the_three_models_are_there_with_a_source_that_needs_no_hub() -> None:
    models = weights.load_catalogue().models
    assert {model.name: len(wheels_of(model)) for model in models} == {
        "qwen2.5-coder-1.5b": 22,
        "qwen2.5-coder-0.5b": 6,
        "use-multilingual": 1,
    }
    assert {model.licence for model in models} == {"Apache-2.0"}


def wheels_of(model: weights.Entry) -> tuple[object, ...]:
    source = model.sources[-1]
    assert isinstance(source, WheelSource)
    return source.wheels


def test_the_publisher_comes_first() -> None:
    first = weights.find("qwen2.5-coder-0.5b").sources[0]
    assert isinstance(first, HubSource)
    assert first.huggingface.repo.startswith("Qwen/")


def test_wheels_join_in_the_order_of_their_numbers() -> None:
    source = weights.find("qwen2.5-coder-1.5b").sources[-1]
    assert isinstance(source, WheelSource)
    numbers = [int(wheel.name.rpartition("part")[2]) for wheel in source.wheels]
    assert numbers == list(range(1, 23))


@pytest.mark.parametrize(
    ("kind", "name"), [("chat", "qwen2.5-coder-1.5b"), ("embedder", "use-multilingual")]
)
def test_each_kind_has_one_default(kind: str, name: str) -> None:
    models = [m for m in weights.load_catalogue().models if m.kind == kind and m.default]
    assert [m.name for m in models] == [name]


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UsageError, match=r"'qwen-coder-0.5b'.*qwen2\.5-coder-0\.5b"):
        weights.find("qwen-coder-0.5b")


def test_a_name_like_none_gets_the_whole_list() -> None:
    with pytest.raises(UsageError, match=r"there are .*use-multilingual"):
        weights.find("zzz")
