"""What an exporter gets: the dialogues and tasks of each split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import Dialogue

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """The dialogues of one split and the tasks about them, in order; either may be missing."""

    dialogues: Sequence[Dialogue] = ()
    tasks: Sequence[PosedTask] = ()


@dataclass(frozen=True)
class Bundle:
    """All splits by name, in the order of `SPLITS`."""

    splits: Mapping[str, Split] = field(default_factory=dict)

    def dialogues(self) -> Iterator[Dialogue]:
        """The dialogues of all splits, one split after the other."""
        for split in self.splits.values():
            yield from split.dialogues

    def tasks(self) -> Iterator[PosedTask]:
        """The tasks of all splits, one split after the other."""
        for split in self.splits.values():
            yield from split.tasks
