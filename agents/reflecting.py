"""Rewrites a prompt in the light of what a judge said of dialogues made with it.

The reflective mutation of GEPA (Agrawal et al. 2025, arXiv 2507.19457) as one more proposer. Its
own package runs a loop of its own, outside journal and budget; so only the idea is taken.
"""

import re
from collections.abc import Mapping

from trialogue.agents.caller import Caller, Sampling
from trialogue.agents.prompt import check_prompts, load_prompt
from trialogue.agents.seeds import seed_for
from trialogue.errors import AnswerError, UsageError

REWRITTEN = ("answer", "said")
"""The prompts of the lines that the judge reads most of: the assistant's and the user's."""
_SYSTEM = re.compile(r"\A# system\n(.*?)(?=^# )", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"\{\{\w+\}\}")
_TAGS = re.compile(r"</?instructions>|^```\w*$", re.MULTILINE)
_HEADINGS = re.compile(r"^#+ *", re.MULTILINE)
_ROOM = 900


async def reflected(
    caller: Caller,
    role: str,
    name: str,
    language: str,
    conversation: str,
    ratings: Mapping[str, float | None],
    seed: int,
) -> str:
    """The text of the prompt `name` with other instructions, by the model of `role`.

    `conversation` is one that came of it, fenced, and `ratings` what it was given. Examples and
    places stay. Raises AnswerError where what the model wrote cannot stand in for the prompt.
    """
    source = load_prompt(name, language).source
    found = _SYSTEM.match(source)
    assert found is not None
    told = ", ".join(f"{k} {v:.1f}" for k, v in ratings.items() if v is not None)
    messages = load_prompt("reflect", language).fill(
        {
            "instructions": found[1].strip(),
            "conversation": conversation,
            "ratings": told,
        }
    )
    answer = await caller.text(
        role,
        messages,
        seed=seed_for(seed, "reflect", name),
        sampling=Sampling(0.7, max_tokens=_ROOM),
    )
    text = f"# system\n{_kept(answer.text, found[1])}\n{source[found.end() :]}"
    try:
        check_prompts({f"{language}/{name}": text})
    except UsageError as error:
        raise AnswerError(f"the new text of prompt {name!r} lost what it is filled with") from error
    return text


def _kept(written: str, before: str) -> str:
    """The new instructions without marks around them; nothing in them can begin another message.

    A place that ended the old ones ends them again.
    """
    text = _HEADINGS.sub("", _TAGS.sub("", written)).strip()
    last = _PLACE.findall(before)[-1:]
    if last and last[0] not in text and before.strip().endswith(last[0]):
        text += last[0]
    return text
