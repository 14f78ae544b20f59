"""Model files: what they are, where they come from, and where they are kept."""
