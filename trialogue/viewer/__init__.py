"""A run in the browser: dialogues, how they came about, tasks and their review."""
