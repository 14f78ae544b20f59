"""The flow: one LangGraph state machine a file."""
