"""Who takes part in a dialogue: the scenario's seats, filled for one user of the pool.

One user and one assistant are the simplest case: two seats with the scenario's roles.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from trialogue.agents.seeds import seed_for
from trialogue.agents.story import draw_story
from trialogue.errors import UsageError
from trialogue.records import Participant, Scenario, Speaker, Turn, UserProfile
from trialogue.records.scenario import Policy, Seat

T = TypeVar("T", bound=Participant)

_TRIES = 50
_JOINT = re.compile("; |；")


class Member(Participant):
    """A participant with the profile as which a user speaks; assistants have none."""

    profile: UserProfile | None = None


def seated(
    scenario: Scenario, user: UserProfile, seed: int, before: Sequence[Participant] = ()
) -> tuple[Member, ...]:
    """Everybody of one dialogue in the order of the seats; `user` takes the first user's seat.

    The other users, and names that the scenario leaves out, are drawn from the seed. `before` are
    the recorded participants of a dialogue that goes on: they stay who they are.
    """
    if before:
        return _again(before, user)
    seats = scenario.participants or _two(scenario)
    names = {seat.name for seat in seats if seat.name}
    people: list[Member] = []
    for number, seat in enumerate(seats):
        if seat.speaker == "assistant":
            person = Member(**seat.model_dump())
        elif on_side(people, "user"):
            person = _companion(scenario, seat, user, seed_for(seed, "seat", number), names)
        else:
            name = seat.name or _apart(_called(scenario, user.identity), names)
            person = Member(**seat.model_dump() | {"name": name, "profile": user})
        names |= {person.name, _called(scenario, _identity(person))}
        described = person.description or getattr(scenario.roles, seat.speaker).description
        people.append(person.model_copy(update={"description": described}))
    return tuple(people)


def recorded(members: Sequence[Member]) -> tuple[Participant, ...]:
    """Everybody as a dialogue's record names them; nobody where there is one on each side."""
    if len(members) == 2:
        return ()
    return tuple(
        Participant(speaker=person.speaker, name=person.name, description=_in_full(person))
        for person in members
    )


def _in_full(person: Member) -> str:
    identity = _identity(person)
    semicolon = "；" if "，" in identity else "; "
    return semicolon.join(filter(None, [identity, person.description]))


def _identity(person: Member) -> str:
    return person.profile.identity if person.profile else ""


def with_seats(scenario: Scenario, seats: Sequence[Seat], policy: Policy | None) -> Scenario:
    """The scenario with other participants or another policy, where they are given."""
    given = {"participants": tuple(seats)} if seats else {}
    return scenario.model_copy(update={**given, **({"policy": policy} if policy else {})})


def enough_points(scenario: Scenario, points: tuple[int, int], rounds: int) -> tuple[int, int]:
    """The range of points, raised so that every user has one to tell.

    Raises UsageError where there are more users than rounds or activities.
    """
    users = sum(seat.speaker == "user" for seat in scenario.participants)
    for what, there in (("rounds", rounds), ("activities", len(scenario.activities))):
        if users > there:
            raise UsageError(f"participants: {users} users need {users} {what}; there are {there}")
    return max(points[0], users), max(points[1], users)


def on_side(people: Iterable[T], side: Speaker) -> tuple[T, ...]:
    """All users, or all assistants."""
    return tuple(person for person in people if person.speaker == side)


def who_spoke(people: Sequence[Participant], turn: Turn) -> str:
    """The name of whose turn it is; one without a known name is the first's on its side."""
    names = [person.name for person in on_side(people, turn.speaker)]
    return turn.name if turn.name in names else names[0]


def speaking_name(people: Sequence[Participant], person: Participant) -> str:
    """The name that a turn carries: none where there is one user and one assistant."""
    return person.name if len(people) > 2 else ""


def label(scenario: Scenario, turn: Turn) -> str:
    """The word before the colon in a transcript."""
    role = scenario.roles.user if turn.speaker == "user" else scenario.roles.assistant
    return turn.name or role.label


def owner(people: Sequence[Participant], number: int) -> str:
    """Whose it is: points of the story, or other subtasks, counted from 1, go round the users."""
    users = on_side(people, "user")
    return users[(number - 1) % len(users)].name


def waiting(people: Sequence[Participant], unsettled: Iterable[int]) -> frozenset[str]:
    """The names of the users who have something left to say."""
    return frozenset(owner(people, number) for number in unsettled)


def _again(before: Sequence[Participant], user: UserProfile) -> tuple[Member, ...]:
    """The members whose record is `before`."""
    people: list[Member] = []
    for person in before:
        identity, described = "", person.description
        if person.speaker == "user" and (found := _JOINT.search(described)):
            identity, described = described[: found.start()], described[found.end() :]
        profile = None if person.speaker == "assistant" else user
        if profile and on_side(people, "user"):
            profile = _stranger(user, person.name, identity)
        people.append(
            Member(speaker=person.speaker, name=person.name, description=described, profile=profile)
        )
    return tuple(people)


def _stranger(user: UserProfile, name: str, identity: str) -> UserProfile:
    """Who sits beside the user of the pool."""
    return UserProfile(id=f"{user.id}/{name}", identity=identity, intent="", problems=())


def _two(scenario: Scenario) -> tuple[Seat, Seat]:
    user, assistant = scenario.roles.user.label, scenario.roles.assistant.label
    return Seat(speaker="user", name=user), Seat(speaker="assistant", name=assistant)


def _companion(
    scenario: Scenario, seat: Seat, user: UserProfile, seed: int, names: set[str]
) -> Member:
    """Somebody else than the users so far, drawn until nobody is called the same."""
    for again in range(_TRIES):
        identity = draw_story(scenario, seed_for(seed, again), (1, 1)).identity
        if (given := _called(scenario, identity)) not in names:
            break
    name = seat.name or given
    return Member(
        speaker="user",
        name=_apart(name, names - {seat.name}),
        description=seat.description,
        profile=_stranger(user, name, identity),
    )


def _called(scenario: Scenario, identity: str) -> str:
    """How others call somebody: the given name; in Chinese the whole one."""
    name = identity.replace("，", ",").partition(",")[0].strip()
    return name if scenario.language == "zh" else name.partition(" ")[0]


def _apart(name: str, names: set[str]) -> str:
    """The name, with a number where somebody else has it."""
    return next(
        n for n in (name, *(f"{name} {i}" for i in range(2, len(names) + 3))) if n not in names
    )
