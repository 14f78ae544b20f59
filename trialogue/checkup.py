"""Checks whether a run with given settings can work here."""

from collections.abc import AsyncIterator

from trialogue.endpoint_checks import check_embedder, check_endpoint
from trialogue.findings import Finding
from trialogue.machine_checks import check_machine, model_file
from trialogue.settings import Settings


async def examine(settings: Settings, timeout: float = 30.0) -> AsyncIterator[Finding]:
    """Findings about the machine, then about the endpoints of embedder and models.

    Nothing is fetched. `timeout` bounds each request to an endpoint, in seconds.
    """
    for finding in check_machine(settings.model, settings.embedder, settings.embedder_base_url):
        yield finding
    if settings.embedder.startswith("openai:"):
        yield await check_embedder(settings.embedder, settings.embedder_base_url, timeout)
    for spec in dict.fromkeys(settings.models().values()):
        file = model_file("chat", spec.name)
        yield file
        if file.state == "fail":
            continue
        async for finding in check_endpoint(spec, timeout):
            yield finding
