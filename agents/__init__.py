"""The minds: model roles, transport, prompts, turn checks."""
