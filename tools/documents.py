"""Search over the user's own documents: load files, split them into passages, index, search."""

from trialogue.tools.document_files import Document, LoadedDocuments, load_documents
from trialogue.tools.document_index import DocumentIndex, document_search, quoted
from trialogue.tools.splitting import split

__all__ = [
    "Document",
    "DocumentIndex",
    "LoadedDocuments",
    "document_search",
    "load_documents",
    "quoted",
    "split",
]
