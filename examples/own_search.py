"""A search provider of one's own: where the assistant looks things up beyond its rules.

    python examples/own_search.py

This one searches a list of pages that stands below; a real one would ask a server. Here the tool
`web_search` uses it. For a provider that every run can name (`--search NAME`), publish a function
from a language to a provider under the entry point `trialogue.search`.
"""

import argparse

import trialogue
from trialogue.tools.search import SearchHit

PAGES = (
    SearchHit(
        title="Hotel prices in March",
        address="https://example.com/hotels",
        snippet="A room in a mid-range hotel costs about 420 CNY a night in March.",
    ),
    SearchHit(
        title="Taxi fares",
        address="https://example.com/taxis",
        snippet="The first three kilometres of a taxi ride cost 14 CNY.",
    ),
)


class ListedPages:
    """Finds the pages that share words with what is looked for.

    `name` says what answers depend on: they are kept under it.
    """

    name = "listed-pages-1"

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        """At most `limit` hits, best first."""
        wanted = set(query.lower().split())
        score = {
            page: len(wanted & set(f"{page.title} {page.snippet}".lower().split()))
            for page in PAGES
        }
        return sorted(PAGES, key=lambda page: -score[page])[:limit]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="runs/own_search", help="the run folder")
    given = vars(parser.parse_args())
    # The provider also finds pages for the rules; `pages=0` keeps it to the tool.
    result = trialogue.synthesize(
        "travel_reimbursement",
        n=1,
        search=ListedPages(),
        pages=0,
        user_tools=["web_search"],
        lookups=4,
        **given,
    )
    for dialogue in result.dialogues():
        for action in dialogue.trajectory:
            print(f"lived: {action.action}")
            for call in action.tool_calls:
                print(f"    {call.name}({call.arguments}) = {call.result}")
        for turn in dialogue.turns:
            print(f"{turn.speaker}: {turn.text}")


if __name__ == "__main__":
    main()
