import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.errors import EndpointError, UsageError
from trialogue.memory.embedders import Embedder, EndpointEmbedder, HashEmbedder, make_embedder
from trialogue.memory.journal import Journal
from trialogue.memory.kept_embedder import KeptEmbedder

PAIRS = [
    ("The hotel costs 480 yuan a night.", "酒店每晚480元。"),
    ("My flight to Lyon was cancelled.", "我去里昂的航班被取消了。"),
    ("The patient needs a blood test.", "病人需要验血。"),
    ("I bought a pair of running shoes.", "我买了一双跑鞋。"),
]


@pytest.fixture(scope="module")
def local() -> Embedder:
    return make_embedder("local")


@pytest.fixture(params=["local", "hash"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return make_embedder(request.param)


def test_shape_type_and_length(embedder: Embedder) -> None:
    vectors = embedder.embed(["one night", "", "\0", "\ud800", "😀" * 9000])
    assert vectors.shape == (5, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_no_texts_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_a_vector_does_not_depend_on_its_company(embedder: Embedder) -> None:
    texts = [f"I paid {amount} euros for a taxi." for amount in range(40)]
    together = embedder.embed(texts)
    fresh = make_embedder(embedder.name)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: fresh.embed([text])[0], reversed(texts)))
    assert np.array_equal(together, np.stack(alone[::-1]))


def test_a_caller_can_not_spoil_what_is_remembered(local: Embedder) -> None:
    first = local.embed(["a taxi"])
    expected = first.copy()
    first *= 0
    assert np.array_equal(local.embed(["a taxi"]), expected)


def test_what_follows_a_nul_counts(local: Embedder) -> None:
    with_nul, plain, cut = local.embed(["taxi\0hospital", "taxi hospital", "taxi"])
    assert np.array_equal(with_nul, plain)
    assert not np.array_equal(with_nul, cut)


def test_meaning_crosses_languages(local: Embedder) -> None:
    english = local.embed([pair[0] for pair in PAIRS])
    chinese = local.embed([pair[1] for pair in PAIRS])
    assert (english @ chinese.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_hash_sees_shared_words() -> None:
    near, far, query = HashEmbedder().embed(
        ["hotel in Lyon, two nights", "blood test results", "hotel nights in Lyon"]
    )
    assert query @ near > query @ far + 0.3


def test_hash_is_the_same_everywhere() -> None:
    taxi, wide = HashEmbedder(8).embed(["Taxi", "ｔａｘｉ"])
    assert np.array_equal(taxi, wide)
    assert taxi * np.sqrt(8) == pytest.approx([-1, 1, -2, -1, 0, 0, 1, 0], abs=1e-6)


@given(st.lists(st.text(), max_size=4))
def test_hash_takes_any_text(texts: list[str]) -> None:
    vectors = HashEmbedder().embed(texts)
    assert vectors.shape == (len(texts), 512)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize("name", ["", "locall", "openai:", "openai", "hash:3", "local:nothing"])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(UsageError):
        make_embedder(name)


def test_a_chat_model_is_no_embedder() -> None:
    with pytest.raises(UsageError, match="not an embedder"):
        make_embedder("local:qwen2.5-coder-0.5b")


class Server:
    """Speaks OpenAI's `/embeddings`; `reply` turns the request's texts into vectors."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, Any], str]] = []
        self.reply: Any = lambda texts: [[float(len(text)), 1.0, 0.0] for text in texts]
        self.status = 200
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.seen.append((body, self.headers["Authorization"]))
                answer = json.dumps(server.answer(body)).encode()
                self.send_response(server.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.http.server_port}/v1"

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.status != 200:
            return {"error": {"message": "bad key s3cret-key\nsecond line"}}
        vectors = self.reply(body["input"])
        if body.get("encoding_format") == "base64":
            vectors = [
                base64.b64encode(np.array(v, dtype=np.float32).tobytes()).decode() for v in vectors
            ]
        data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return {"object": "list", "data": data, "model": body["model"], "usage": usage}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("OPENAI_API_KEY", "s3cret-key")
    site = Server()
    thread = threading.Thread(target=site.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    site.http.shutdown()
    site.http.server_close()
    thread.join()


def test_an_endpoint_gets_texts_and_gives_unit_rows(server: Server) -> None:
    embedder = make_embedder("openai:tiny", base_url=server.base_url)
    vectors = embedder.embed(["abc", ""])
    assert vectors == pytest.approx(np.array([[3, 1, 0], [1, 1, 0]]) / np.sqrt([[10], [2]]))
    assert vectors.dtype == np.float32
    assert (embedder.name, embedder.dimension) == ("openai:tiny", 3)
    body, key = server.seen[0]
    assert (body["model"], body["input"]) == ("tiny", ["abc", " "])
    assert key == "Bearer s3cret-key"


def test_another_server_needs_no_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    make_embedder("openai:tiny", base_url=server.base_url).embed(["a"])
    with pytest.raises(EndpointError, match="OPENAI_API_KEY is not set"):
        make_embedder("openai:tiny")


def test_a_refusal_is_one_line_without_the_key(server: Server) -> None:
    server.status = 401
    with pytest.raises(EndpointError, match="embeddings of tiny at http") as failure:
        make_embedder("openai:tiny", base_url=server.base_url).embed(["a"])
    assert "\n" not in str(failure.value)
    assert "s3cret-key" not in str(failure.value)


@pytest.mark.parametrize(
    "vectors", [[], [[1.0]], [[1.0], [float("nan")]], [[1.0], [1.0, 2.0]], [[1.0]] * 3]
)
def test_a_wrong_answer_is_refused(server: Server, vectors: list[list[float]]) -> None:
    server.reply = lambda texts: vectors
    with pytest.raises(EndpointError):
        make_embedder("openai:tiny", base_url=server.base_url).embed(["a", "b"])


def test_kept_vectors_are_asked_for_once(server: Server, tmp_path: Path) -> None:
    asked = EndpointEmbedder("tiny", base_url=server.base_url, api_key="k")
    with Journal(tmp_path / "journal.sqlite") as journal:
        kept = KeptEmbedder(asked, journal)
        first = kept.embed(["a taxi", "\ud800", "a taxi", ""])
        assert np.array_equal(first[0], first[2])
        assert kept.dimension == 3
        seen = len(server.seen)
        server.reply = lambda texts: [[0.0, 0.0, 1.0] for _ in texts]
        mixed = kept.embed(["a hotel", "a taxi"])
        assert [body["input"] for body, _ in server.seen[seen:]] == [["a hotel"]]
    with Journal(tmp_path / "journal.sqlite") as journal:
        server.status = 500
        again = KeptEmbedder(asked, journal)
        assert np.array_equal(again.embed(["a taxi", "\ud800", "a taxi", ""]), first)
        assert np.array_equal(again.embed(["a hotel", "a taxi"]), mixed)
        assert again.embed([]).shape == (0, again.dimension)
        assert first.dtype == again.embed(["a taxi"]).dtype == np.float32
