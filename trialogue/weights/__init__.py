"""Model files: what they are, where they come from, and where they are kept."""

from trialogue.weights.cache import cache_folder, installed, remove, verify
from trialogue.weights.catalogue import Catalogue, Entry, default, find, load_catalogue
from trialogue.weights.chat_file import chat_file
from trialogue.weights.fetch import fetch
from trialogue.weights.listing import Row, listing
from trialogue.weights.source import Progress

__all__ = [
    "Catalogue",
    "Entry",
    "Progress",
    "Row",
    "cache_folder",
    "chat_file",
    "default",
    "fetch",
    "find",
    "installed",
    "listing",
    "load_catalogue",
    "remove",
    "verify",
]
