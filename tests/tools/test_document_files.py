"""Loading the user's own files: what is read, what is named, what is refused."""

import io
import os
from pathlib import Path

import pytest
from pypdf import PdfWriter

from trialogue.errors import UsageError
from trialogue.tools.documents import Document, load_documents

HTML = """<html><head><title>Travel policy</title><script>evil()</script></head><body>
<nav>Home</nav><h2>Hotels</h2><table><tr><th>City</th><th>Cap</th></tr>
<tr><td>Beijing</td><td>450</td></tr></table><ul><li>Lunch: 50</li></ul></body></html>"""


def pdf(text: str) -> bytes:
    """A one-page PDF that shows `text`, written by hand."""
    stream = f"BT /F1 12 Tf 10 50 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 6\n0000000000 65535 f \n"
    tail = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + head + table + tail


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_reads_every_kind_in_order_of_paths(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "b.md": "# Rules",
        "a/c.txt": "Plain.",
        "d.pdf": pdf("Cap 450."),
        "e.html": HTML,
    }
    documents, problems = load_documents([write(tmp_path, {**files, ".git/x.md": "no"})])
    assert problems == []
    assert documents == [
        Document(source="a/c.txt", title="c", text="Plain.", form="text"),
        Document(source="b.md", title="b", text="# Rules"),
        Document(source="d.pdf", title="d", text="Cap 450.", form="text"),
        Document(
            source="e.html",
            title="Travel policy",
            text="## Hotels\n\n| City | Cap |\n| --- | --- |\n| Beijing | 450 |\n\n- Lunch: 50",
        ),
    ]


def test_a_broken_file_is_named_and_nothing_else_lost(tmp_path: Path) -> None:
    encrypted, buffer = PdfWriter(), io.BytesIO()
    encrypted.add_blank_page(10, 10)
    encrypted.encrypt("secret")
    encrypted.write(buffer)
    files: dict[str, str | bytes] = {
        "bad.pdf": b"%PDF-1.7 nothing",
        "cut.pdf": pdf("Cap")[:200],
        "empty.md": " \n",
        "good.md": "Good.",
        "locked.pdf": buffer.getvalue(),
        "picture.png": b"\x89PNG",
        "zero.pdf": b"",
    }
    documents, problems = load_documents([write(tmp_path, files)])
    assert [document.source for document in documents] == ["good.md"]
    assert [problem.partition(": ")[0] for problem in problems] == sorted(
        files.keys() - {"good.md"}
    )
    assert problems[0].startswith("bad.pdf: not a readable PDF file (")
    assert all("\n" not in problem for problem in problems)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"out/secret.md": "secret", "in/a.md": "A."})
    folder = tmp_path / "in"
    (folder / "link.md").symlink_to(tmp_path / "out" / "secret.md")
    (folder / "folder").symlink_to(tmp_path / "out")
    (folder / "same.md").symlink_to(folder / "a.md")
    documents, problems = load_documents([folder])
    assert [(document.source, document.text) for document in documents] == [
        ("a.md", "A."),
        ("same.md", "A."),
    ]
    assert problems == ["link.md: a link that leaves the folder; not followed"]


def test_large_files_and_pipes_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"large.txt": "x" * 101, "small.txt": "x" * 100})
    os.mkfifo(tmp_path / "pipe.txt")
    documents, problems = load_documents([tmp_path], file_limit=100)
    assert [document.source for document in documents] == ["small.txt"]
    assert problems == [
        "large.txt: larger than the limit of 100 bytes",
        "pipe.txt: not a regular file",
    ]


def test_a_dangling_link_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "A."})
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    assert load_documents([tmp_path]).problems == ["gone.md: not a regular file"]


def test_a_missing_path_or_a_folder_without_documents_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        load_documents([tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="no Markdown, text, HTML or PDF files"):
        load_documents([write(tmp_path, {"a.png": b"x"})])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_of_a_text_file_is_found(tmp_path: Path, encoding: str) -> None:
    text = "差旅费报销标准：住宿费每晚不超过四百五十元，超出部分由员工自行承担。" * 3
    write(tmp_path, {"规定.txt": text.encode(encoding)})
    assert load_documents([tmp_path / "规定.txt"]).documents == [
        Document(source="规定.txt", title="规定", text=text, form="text")
    ]


def test_deep_nesting_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    deep = "<div>" * 30_000 + "x" + "</div>" * 30_000
    documents, problems = load_documents([write(tmp_path, {"a.md": "A.", "deep.html": deep})])
    assert [document.source for document in documents] == ["a.md"]
    assert len(problems) == 1
