from typing import Any, Literal

from pydantic import BaseModel, Field

from trialogue.agents.strict_schema import in_words, response_format, schema_of


class Fact(BaseModel):
    name: str = Field(min_length=1, max_length=9)
    value: float | None = None


class Story(BaseModel):
    title: str
    default: int = 3
    kind: Literal["a", "b"] = "a"
    facts: tuple[Fact, ...] = ()
    best: Fact = Fact(name="x")


class Tree(BaseModel):
    leaf: str
    parts: list["Tree"] = []


class Open(BaseModel):
    arguments: dict[str, Any]


def objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        inner = [found for part in node.values() for found in objects(part)]
        return [node, *inner] if "properties" in node else inner
    return [found for part in node for found in objects(part)] if isinstance(node, list) else []


def test_every_object_is_closed_and_requires_all_its_properties() -> None:
    found = objects(schema_of(Story))
    assert len(found) == 3
    for node in found:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


def test_definitions_are_inlined_and_decoration_is_gone() -> None:
    text = str(schema_of(Story))
    assert "$ref" not in text
    assert "$defs" not in text
    assert schema_of(Story)["properties"]["kind"] == {"enum": ["a", "b"], "type": "string"}


def test_properties_may_be_named_like_keywords() -> None:
    assert list(schema_of(Story)["properties"])[:2] == ["title", "default"]
    assert schema_of(Story)["properties"]["default"] == {"type": "integer"}


def test_a_model_that_contains_itself_keeps_its_references() -> None:
    schema = schema_of(Tree)
    assert schema["$defs"]["Tree"]["required"] == ["leaf", "parts"]
    assert "#/$defs/Tree" in str(schema)


def test_hosted_endpoints_are_spared_length_keywords() -> None:
    local = response_format(Story, portable=False)["json_schema"]
    hosted = response_format(Story, portable=True)["json_schema"]
    assert local["name"] == "Story"
    assert local["strict"] is True
    assert "minLength" in str(local)
    assert "minLength" not in str(hosted)
    assert "minLength" in str(schema_of(Story))


def test_objects_with_free_keys_are_not_called_strict() -> None:
    assert response_format(Open, portable=True)["json_schema"]["strict"] is False


def test_the_schema_in_words_is_the_same_schema() -> None:
    assert '"required": ["name", "value"]' in in_words(Fact)
