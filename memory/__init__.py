"""The past: embeddings, ChromaDB collections, the journal of model calls."""
