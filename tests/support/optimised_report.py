"""A report of an optimisation, with a chart, beside a run."""

from pathlib import Path

from trialogue.evaluation.report import Chart, Note, Section, Table, put_section
from trialogue.records.recipe import Formulas, Recipe

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80" width="200" height="80">'
    '<style>path{stroke:#345;fill:none}</style><path d="M0 70L60 40 120 50 200 10"/></svg>'
)


def reported(folder: Path) -> Path:
    """The folder, with a report and a recipe."""
    blocks = (
        Note(text="Three candidates were judged."),
        Table(caption="Candidates", head=("number", "h"), rows=((1, 0.5), (2, None))),
        Chart(name="generations", caption="h by generation", svg=_SVG, png=b"x"),
    )
    put_section(
        folder,
        Section(id="optimisation", title="Optimisation", blocks=blocks),
        title="Report of a run",
    )
    recipe = Recipe(
        scenario="desk",
        metric=Formulas(dialogue="distinct_2 + 0.5 * length", turn="words"),
        theta={"turns": 2},
        prompts={"en/answer": "Answer <b>briefly</b>."},
    )
    (folder / "recipe.json").write_text(recipe.model_dump_json(), encoding="utf-8")
    return folder
