"""Whatever the bytes are, the outcome is text or a ValueError."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from webencodings.labels import LABELS  # type: ignore[import-untyped]

from trialogue.tools.extraction import Extracted, decode, main_text, pdf_text, whole_text

PIECES = [
    *("<table>", "<tr>", "<td colspan='9²'>", "<ol start='²'>", "<li>", "<p>", "</p>", "</table>"),
    *("<!--", "-->", "<script>", "</", "<?xml version='1.0' encoding='x'?>", "&#0;", "&amp;", "x"),
    *(
        "<body/>",
        "<head>",
        "<title>",
        "</title>",
        "<html xmlns='y'>",
        "<![CDATA[",
        "\0",
        "字",
        "<a ",
    ),
]


@pytest.mark.parametrize("extract", [main_text, whole_text])
@given(html=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_html_gives_text_or_a_value_error(
    extract: Callable[[str], Extracted], html: str
) -> None:
    with suppress(ValueError):
        title, text = extract(html)
        assert isinstance(title + text, str)


@given(st.binary(max_size=200), st.sampled_from([None, "no-such", "punycode", *sorted(LABELS)]))
def test_any_bytes_are_text_in_any_charset(body: bytes, charset: str | None) -> None:
    assert isinstance(decode(body, charset), str)


@given(st.binary(max_size=200))
@settings(max_examples=30)
def test_noise_is_no_pdf(noise: bytes) -> None:
    with pytest.raises(ValueError, match="not a readable PDF file"):
        pdf_text(b"%PDF-1.7\n" + noise, 100)


@pytest.mark.parametrize("text", ["住宿费四百五十元", "Zürich – 450 €"])
def test_marks_and_headers_go_before_what_the_text_says(text: str) -> None:
    declared = f'Write <meta charset="gbk">. {text}'
    assert decode(declared.encode("utf-8-sig"), "latin-1") == declared
    assert decode(declared.encode("utf-16"), "utf-8") == declared
    assert decode(declared.encode()) == declared
    assert decode(declared.encode(), "no-such-charset") == declared
    assert decode(declared.encode("gb18030")) == declared
    assert decode(declared.encode("gb18030"), "gb2312") == declared
