"""The hands: what agents can call."""
