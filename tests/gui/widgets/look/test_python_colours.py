from PySide6.QtGui import QTextDocument

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.architecture.source.network import python_source
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.python_colours import PythonColours

SOURCE = '''def half(x):  # for x
    """One line."""
    """Two
    def lines."""
    return "def" if x else defer'''


def coloured(text: str) -> list[tuple[str, str]]:
    """The coloured pieces of a source, with the names of their colours."""
    document = QTextDocument()
    document.setPlainText(text)
    colours = PythonColours(document)
    colours.rehighlight()
    names = {getattr(theme.colours(), name): name for name in ("quiet", "warning", "accent")}
    found, block = [], document.begin()
    while block.isValid():
        for piece in block.layout().formats():
            words = block.text()[piece.start : piece.start + piece.length]
            found.append((words, names[piece.format.foreground().color().name()]))
        block = block.next()
    return found


def test_keywords_strings_and_comments_have_colours(qapp):
    pieces = coloured(SOURCE)
    assert [words for words, colour in pieces if colour == "accent"] == ["def", "return", "if", "else"]
    assert [words for words, colour in pieces if colour == "warning"] == ['"def"']
    quiet = "".join(words for words, colour in pieces if colour == "quiet")
    assert "# for x" in quiet
    assert "One line." in quiet
    assert "def lines." in quiet


def test_every_class_of_a_whole_network_is_a_keyword_and_no_docstring_runs_on(qapp):
    source = python_source(plan_network(preset("resnet50")), "torchvision")
    keywords = [words for words, colour in coloured(source) if colour == "accent"]
    assert keywords.count("class") == source.count("\nclass ")
    assert keywords.count("return") == source.count("return ")
