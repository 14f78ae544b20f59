"""Sends spans to an OpenTelemetry endpoint (OTLP over HTTP), in a thread that nobody waits for."""

import logging
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import Full, Queue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from trialogue.memory.recorded import Recorded
from trialogue.memory.redaction import Secrets, without_keys

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

_PATH = "/v1/traces"
_BATCHES, _SPANS = 64, 256
_TRIES = 3
_SECONDS, _PATIENCE = 10.0, 4.0
_SYSTEM = re.compile(r"\[Errno -?\d+\] ([\w ]+)")
_LOGGER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


def traces_address(url: str) -> str:
    """Where spans go: the address as given, with the usual path where it has none."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + _PATH


class Sender:
    """Sends what is put, in batches, and gives up after three that fail in a row.

    Headers, such as a key, come from the environment variable OTEL_EXPORTER_OTLP_HEADERS.
    """

    def __init__(self, url: str, version: str) -> None:
        self._url, self._version = traces_address(url), version
        self._sent = self._lost = self._failed = 0
        self._why = ""
        self._queue: Queue[Sequence[Recorded] | None] = Queue(_BATCHES)
        self._exporter: Any = None
        self._thread = threading.Thread(target=self._send_all, name="otlp", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """How many spans were not taken and why, in one line; empty if all were."""
        if not self._lost:
            return ""
        whole = self._sent + self._lost
        return f"{self._url} did not take {self._lost} of {whole} spans: {self._why}"

    def put(self, spans: Sequence[Recorded]) -> None:
        """Send these when there is time; dropped where the endpoint is too slow for them."""
        try:
            self._queue.put_nowait(spans)
        except Full:
            self._miss(len(spans), "it is too slow")

    def close(self) -> None:
        """Send what is left, as long as the endpoint takes something every few seconds."""
        with suppress(Full):
            self._queue.put(None, timeout=_PATIENCE)
        taken = -1
        while self._thread.is_alive() and not self._failed and taken < self._sent:
            taken = self._sent
            self._thread.join(_PATIENCE)
        self._failed = _TRIES
        if self._exporter is not None:
            self._exporter.shutdown()
        self._thread.join(_PATIENCE)

    def _miss(self, spans: int, why: str) -> None:
        self._lost += spans
        self._why = self._why or " ".join(without_keys(why).split())[:200]

    def _send_all(self) -> None:
        heard = _Heard()
        logging.getLogger(_LOGGER).addFilter(heard)
        try:
            while (spans := self._queue.get()) is not None:
                for first in range(0, len(spans), _SPANS):
                    self._send(spans[first : first + _SPANS], heard)
        finally:
            logging.getLogger(_LOGGER).removeFilter(heard)

    def _send(self, spans: Sequence[Recorded], heard: "_Heard") -> None:
        why = "" if self._failed < _TRIES else "it failed before"
        if not why:
            try:
                heard.why = ""
                why = "" if self._exported(spans) else heard.why or "it refuses them"
            except Exception as error:  # a trace is not worth a run
                why = f"{type(error).__name__}: {error}"
        if why:
            self._failed += 1
            self._miss(len(spans), why)
        else:
            self._failed, self._sent = 0, self._sent + len(spans)

    def _exported(self, spans: Sequence[Recorded]) -> bool:
        from opentelemetry.sdk.trace.export import SpanExportResult

        if self._exporter is None:
            self._connect()
        secrets = Secrets()
        batch = [_readable(span, self._resource, secrets) for span in spans]
        return bool(self._exporter.export(batch) is SpanExportResult.SUCCESS)

    def _connect(self) -> None:
        from openinference.semconv.resource import ResourceAttributes
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource

        about = {
            "service.name": "trialogue",
            "service.version": self._version,
            ResourceAttributes.PROJECT_NAME: "trialogue",
        }
        self._resource = Resource.create(about)
        self._exporter = OTLPSpanExporter(endpoint=self._url, timeout=_SECONDS)


class _Heard(logging.Filter):
    """Keeps the exporter's first complaint about a batch instead of letting it be printed."""

    why = ""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        system = _SYSTEM.search(said)
        self.why = self.why or (system[1] if system else said)
        return False


def _readable(span: Recorded, resource: "Resource", secrets: Secrets) -> "ReadableSpan":
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    from trialogue.memory.openinference import attributes

    within = int(span.trace_id, 16)

    def context(id: int) -> SpanContext:
        return SpanContext(within, id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))

    said = {
        name: secrets.removed(value) if isinstance(value, str) else value
        for name, value in attributes(span).items()
    }
    return ReadableSpan(
        name=span.name,
        context=context(span.span_id),
        parent=None if span.parent_id is None else context(span.parent_id),
        resource=resource,
        attributes=said,
        kind=SpanKind.CLIENT if span.kind == "LLM" else SpanKind.INTERNAL,
        instrumentation_scope=InstrumentationScope("trialogue"),
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.OK),
        start_time=span.started,
        end_time=span.ended,
    )
