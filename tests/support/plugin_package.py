"""A package with entry points, as an installer leaves it, made for one test."""

from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, name: str, module: str, points: Mapping[str, Mapping[str, str]]) -> None:
    """Put a package with one module into `folder`, which must be on `sys.path`.

    `module` is its source; `points` are, by group, names with the objects of the module they
    stand for.
    """
    (folder / f"{name}.py").write_text(module)
    about = folder / f"{name}-1.2.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n")
    lines = []
    for group, objects in points.items():
        lines.append(f"[{group}]")
        lines += [f"{point} = {name}:{thing}" for point, thing in objects.items()]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
