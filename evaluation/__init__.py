"""The judgement: figures of a finished run."""
