"""K_P: hard tasks in ChromaDB, and which of them is nearest to a dialogue (R §4.3, eqs. 9-10)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from trialogue.memory.chroma import collection_of
from trialogue.memory.embedders import Embedder
from trialogue.memory.vectors import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_NAME = "hard_tasks"
T = TypeVar("T", bound=str)


class HardTask(NamedTuple):
    """A task that solvers fail at: its question, its derivation's expression and its steps."""

    id: str
    kind: str
    question: str
    expression: str = ""
    operations: int = 0


class HardTasks:
    """The hard tasks of a refinement; a new one starts with none.

    Nearness is the cosine of embeddings, exact and rounded to 6 digits: an approximate search
    would depend on how its index was built, and so on whether a run was ever interrupted.
    """

    def __init__(self, client: "ClientAPI", embedder: Embedder) -> None:
        self._embedder = embedder
        if any(found.name == _NAME for found in client.list_collections()):
            client.delete_collection(_NAME)
        self._collection = collection_of(client, _NAME)

    def __len__(self) -> int:
        return self._collection.count()

    def keep(self, tasks: Sequence[HardTask]) -> None:
        """Add tasks; one that is there already is replaced. Raises what the embedder raises."""
        if not tasks:
            return
        self._collection.upsert(
            ids=[task.id for task in tasks],
            embeddings=self._embedder.embed([task.question for task in tasks]),
            documents=[task.question for task in tasks],
            metadatas=[_about(task) for task in tasks],
        )

    def nearest(self, dialogues: Sequence[str], kinds: Sequence[T]) -> list[dict[T, HardTask]]:
        """For the text of each dialogue the hard tasks that are most similar to it, by kind.

        Where there is none of a kind it is the most similar one of any kind; nothing where there
        are no hard tasks. Of equally similar ones it is the first by id.
        """
        found = self._collection.get(include=["documents", "embeddings", "metadatas"])
        if not found["ids"] or not dialogues:
            return [{} for _ in dialogues]
        rows = zip(found["ids"], found["documents"] or [], found["metadatas"] or [], strict=True)
        tasks = [_task(*row) for row in rows]
        problems = np.asarray(found["embeddings"], dtype=np.float32)
        cosines = np.round(self._embedder.embed(dialogues) @ problems.T, 6)
        return [{kind: _best(tasks, row, kind) for kind in kinds} for row in cosines]


def _best(tasks: Sequence[HardTask], cosines: Vectors, kind: str) -> HardTask:
    places = [k for k, task in enumerate(tasks) if task.kind == kind] or range(len(tasks))
    return tasks[min(places, key=lambda k: (-cosines[k], tasks[k].id))]


def _about(task: HardTask) -> Any:
    return {"kind": task.kind, "expression": task.expression, "operations": task.operations}


def _task(name: str, question: str, about: Any) -> HardTask:
    expression, operations = str(about["expression"]), int(about["operations"])
    return HardTask(name, str(about["kind"]), question, expression, operations)
