"""Which local model files a run needs that are not here yet."""

from trialogue.agents.models import parse
from trialogue.settings import Settings
from trialogue.weights import Entry, default, fetch, find, installed

__all__ = ["fetch", "missing", "wanted"]


def wanted(model: str, kind: str) -> Entry | None:
    """The catalogue's entry behind `local` or `local:NAME`; None for a file or another provider.

    `kind` is "chat" or "embedder". Raises UsageError for a name that the catalogue lacks.
    """
    provider, _, name = model.partition(":")
    if provider != "local" or name.endswith(".gguf") or "/" in name or "\\" in name:
        return None
    if name:
        return find(name)
    return default("chat") if kind == "chat" else default("embedder")


def missing(settings: Settings, *, chat: bool = True) -> list[Entry]:
    """The entries to fetch, each once: the embedder's and, with `chat`, the chat models'."""
    entries = [wanted(settings.embedder, "embedder")]
    if chat:
        names = [spec.name for spec in settings.models().values()]
        entries += [wanted(name, "chat") for name in names if parse(name)]
    known = {entry.name: entry for entry in entries if entry is not None}
    return [entry for entry in known.values() if installed(entry) is None]
