"""The templates: ours in this folder, a council's own before them, looked at before any is used."""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateSyntaxError,
    meta,
    nodes,
    pass_eval_context,
    select_autoescape,
)
from jinja2.filters import do_urlize
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from handlers.mail.letters.layout import Block
from models.errors import Misconfigured
from models.letter import LetterKind

HTML = "letter.html.jinja"
NAMES = (*(f"{kind.value}.txt.jinja" for kind in LetterKind), HTML)
OURS = Path(__file__).parent
_MAY_LINK = ("@", "://", "www.", "mailto:", ".com", ".net", ".int", ".edu", ".gov", ".org", ".info",
             ".mil", ".uk")  # fmt: skip
Values = Mapping[str, object]


class Templates:
    """Fills templates in. Plain text is not escaped, HTML always is: their names tell them apart."""

    def __init__(self, own: Path | None = None) -> None:
        """`own` is a council's folder; a file there goes before ours of the same name.

        Raises Misconfigured where there is no such folder, or a file in it that nobody asks for.
        """
        self._own = own
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(f) for f in (own, OURS) if f is not None]),
            autoescape=select_autoescape(["html.jinja"]),
            undefined=StrictUndefined,
            keep_trailing_newline=False,
            auto_reload=False,
        )
        self._environment.filters["linked"] = _linked
        if own is not None:
            _check_folder(own)

    def text(self, kind: LetterKind, values: Values) -> str:
        """The plain text of a letter."""
        return self._environment.get_template(f"{kind.value}.txt.jinja").render(values)

    def html(self, heading: str, blocks: Sequence[Block]) -> str:
        """The HTML around a letter's text."""
        return self._environment.get_template(HTML).render(heading=heading, blocks=blocks)

    def check(self, kind: LetterKind, samples: Sequence[Values]) -> None:
        """Render a letter's template with every sample; each has all the values there are.

        Raises Misconfigured naming the council's own file and its line.
        """
        name = f"{kind.value}.txt.jinja"
        self._check(name, frozenset(samples[0]), samples)

    def check_html(self, heading: str, blocks: Sequence[Block]) -> None:
        """As `check`, for the HTML."""
        self._check(
            HTML, frozenset({"heading", "blocks"}), [{"heading": heading, "blocks": blocks}]
        )

    def _check(self, name: str, known: frozenset[str], samples: Sequence[Values]) -> None:
        path = self._own / name if self._own else None
        if path is None or not path.is_file():
            return
        try:
            source = path.read_text(encoding="utf-8")
            self._check_names(path, source, known)
            template = self._environment.get_template(name)
            for values in samples:
                template.render(values)
        except Misconfigured:
            raise
        except TemplateSyntaxError as error:
            raise Misconfigured(f"{path}, line {error.lineno}: {error.message}") from None
        except Exception as error:  # noqa: BLE001  # a template is a program: it may raise anything
            line = _line_in(path, error)
            raise Misconfigured(f"{path}, line {line}: it cannot be filled in: {error}") from None

    def _check_names(self, path: Path, source: str, known: frozenset[str]) -> None:
        """Every name that a template reads, in branches too that no sample reaches."""
        tree = self._environment.parse(source)
        unknown = meta.find_undeclared_variables(tree) - known - set(self._environment.globals)
        for node in tree.find_all(nodes.Name):
            if node.name in unknown:
                raise Misconfigured(
                    f"{path}, line {node.lineno}: there is no {node.name} to fill in; allowed: "
                    + ", ".join(sorted(known))
                )


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Misconfigured(f"letters.templates = {str(folder)!r}: there is no such folder")
    for path in sorted(folder.rglob("*.jinja")):
        name = path.relative_to(folder).as_posix()
        if name not in NAMES and not path.name.startswith("_"):
            raise Misconfigured(
                f"{path}: no letter has this name; allowed: {', '.join(NAMES)}, and names that "
                "start with _ for parts that these include"
            )


def _line_in(path: Path, error: Exception) -> int:
    """Jinja makes the frames of a template look like the template's own lines."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    return (lines[-1] if lines else None) or 1


@pass_eval_context
def _linked(context: EvalContext, line: str) -> Markup:
    """The line, escaped, with addresses as links. Jinja's own filter looks at every word; most
    lines have none.
    """
    low = line.lower()
    if not any(sign in low for sign in _MAY_LINK):
        return escape(line)
    return Markup(do_urlize(context, line))  # noqa: S704  # it escapes what it does not link
