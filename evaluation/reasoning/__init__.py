"""Reasoning tasks: amounts, the language of derivations, proofs, solving (METHOD §5)."""
