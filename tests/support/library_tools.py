"""A small set of tools over a real database: a town library's loans."""

from trialogue.records import Column, Table, Toolset, ToolSpec, ToolTask

READER = {"type": "object", "properties": {"reader": {"type": "string"}}, "required": ["reader"]}
LOAN = {
    "type": "object",
    "properties": {"loan": {"type": "integer"}, "days": {"type": "integer"}},
    "required": ["loan", "days"],
}
LOANS = Table(
    name="loans",
    columns=(
        Column(name="loan", type="integer", key=True),
        Column(name="reader", type="text"),
        Column(name="title", type="text"),
        Column(name="days", type="integer"),
    ),
    rows=(
        {"loan": 71, "reader": "Dora Lind", "title": "Sea Birds", "days": 7},
        {"loan": 80, "reader": "Max Orr", "title": "Old Maps", "days": 3},
    ),
)
LIBRARY = Toolset(
    id="library",
    domain="a town library",
    tables=(LOANS,),
    tools=(
        ToolSpec(
            name="find_loans",
            description="Lists the loans of a reader.",
            parameters=READER,
            sql="SELECT loan, title, days FROM loans WHERE reader = :reader",
        ),
        ToolSpec(
            name="extend_loan",
            description="Extends a loan by some days.",
            parameters=LOAN,
            sql="UPDATE loans SET days = days + :days WHERE loan = :loan RETURNING loan, days",
        ),
    ),
    tasks=(
        ToolTask(id="t1", text="Extend the loan of Dora Lind by 14 days."),
        ToolTask(id="t2", text="Say how many days Max Orr still has.", difficulty="medium"),
    ),
)
