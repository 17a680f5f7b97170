"""Draw the table of states and actions in the docs from the code: `.venv/bin/python docs/draw_actions.py`."""

from pathlib import Path

from handlers.slack import wording
from models.allowed import RULES
from models.case import State
from models.people import Role

PAGE = Path(__file__).parent / "a-messages-way.md"
BEGIN, END = "<!-- actions: docs/draw_actions.py -->", "<!-- /actions -->"
_STATES = {
    State.TRIAGE: "in triage",
    State.OPEN: "open",
    State.ANSWERED: "answered",
    State.CLOSED: "closed",
}
_WHO = {
    Role.OFFICER: "an officer",
    Role.LEAD: "a team leader",
    Role.SENIOR: "a senior officer",
}


def table() -> str:
    """Every action of `models.allowed.RULES` as a table in Markdown."""
    heads = ["action", "its button", "who", *_STATES.values(), "only where"]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for action, rule in RULES.items():
        fits = ["yes" if state in rule.states else "no" for state in _STATES]
        besides = "; ".join(condition.words for condition in rule.conditions)
        lines.append(
            _row([action.value, wording.ACTIONS[action], _WHO[rule.role], *fits, besides or "-"])
        )
    return "\n".join(lines)


def drawn(page: str) -> str:
    """The page with the table between its marks. Raises ValueError where a mark is missing."""
    before, rest = page.split(f"{BEGIN}\n")
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
