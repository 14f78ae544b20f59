"""Errors for people: what is wrong, where, and what to do.

TrialogueError
├── UsageError            the user can mend it (exit code 2)
│   ├── UnknownScenario   no scenario has this name
│   └── EndpointError     a model endpoint refuses, is missing or has no key
├── ModelError            one model call failed for good
│   └── AnswerError       it answered, but not with what was asked for
├── LimitReached          a limit of the run was reached
├── DialogueFailed        one dialogue could not be finished; the run goes on
└── ShortRun              the run ended with fewer dialogues than asked for
"""


class TrialogueError(Exception):
    """Base of all errors; its text is one line for people."""

    exit_code = 1


class UsageError(TrialogueError):
    """Something the user can mend: a name, a file, a setting, a missing key."""

    exit_code = 2


class UnknownScenario(UsageError):
    """No scenario has this name; the text offers the nearest."""


class EndpointError(UsageError):
    """A model endpoint is down, refuses the key, or does not know the model."""


class ModelError(TrialogueError):
    """A model call failed after all retries."""


class AnswerError(ModelError):
    """A model answered, but its answer could not be parsed or repaired."""


class LimitReached(TrialogueError):
    """A limit of the run (calls, tokens, money, time) was reached."""


class DialogueFailed(TrialogueError):
    """One dialogue could not be finished; the run records why and goes on."""


class ShortRun(TrialogueError):
    """The run ended with fewer dialogues than asked for; `result` says how far it came."""

    def __init__(self, text: str, result: object = None) -> None:
        super().__init__(text)
        self.result = result
