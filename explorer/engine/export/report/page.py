"""Page: HTML of elements, so that no text can become markup; styles and pictures are inside it. No Qt."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from explorer.figures import Child, element
from explorer.resources import resource

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # nothing is loaded, and no script runs


def section(heading: str, *children: Child) -> Element:
    return element("section", element("h2", heading), *children)


def folded(summary: str, *children: Child) -> Element:
    """Return what is shown when its summary is pressed."""
    return element("details", element("summary", summary), *children)


def pairs(rows: Iterable[tuple[str, str]]) -> Element:
    """Return names, each with what is said of it."""
    return element("dl", *(element("div", element("dt", name), element("dd", text)) for name, text in rows))


def table(headings: Iterable[str], rows: Iterable[Iterable[Child]]) -> Element:
    """Return a table whose first column names its rows; the others have figures."""
    head = element("thead", element("tr", *(element("th", text, scope="col") for text in headings)))
    body = element("tbody", *map(_row, rows))
    return element("div", element("table", head, body), class_="wide")


def _row(cells: Iterable[Child]) -> Element:
    name, *figures = cells
    return element("tr", element("th", name, scope="row"), *(element("td", figure) for figure in figures))


def document(title: str, language: str, *children: Child) -> str:
    """Return the whole file."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", resource("report", "report.css").read_text(encoding="utf-8")),
    )
    page = element("html", head, element("body", *children), lang=language.replace("_", "-"))
    return f"<!DOCTYPE html>\n{tostring(page, encoding='unicode', method='html')}\n"
