"""The diagram in a file: what it says, and that it is made of shapes."""

from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from explorer.architecture.presets import preset
from explorer.gui.diagram.picture import svg
from explorer.gui.widgets.look import theme

SVG = "{http://www.w3.org/2000/svg}"


def texts(content: str) -> list[str]:
    return [(each.text or "").strip() for each in ElementTree.fromstring(content).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ["mini", "resnet50", "preact-resnet1001"])
def test_the_picture_has_the_whole_network_in_shapes(qapp, name):
    content = svg(preset(name), "torchvision")
    said, root = texts(content), ElementTree.fromstring(content)
    assert root.findtext(f"{SVG}title") == preset(name).name
    for section in ("stem", "layer1", "layer3", "head"):
        assert any(text.startswith(section) for text in said), section
    assert not list(root.iter(f"{SVG}image"))
    _, _, width, height = map(float, root.get("viewBox").split())
    places = [(float(each.get("x")), float(each.get("y"))) for each in root.iter(f"{SVG}rect")]
    assert all(0 <= x < width for x, _ in places)
    assert height > 100


def test_parts_are_called_as_asked(qapp):
    assert "b2  ×3" in texts(svg(preset("resnet50"), "chapter"))


def test_another_program_draws_it_in_the_colours_of_the_window(qapp):
    renderer = QSvgRenderer(svg(preset("mini"), "torchvision").encode())
    assert renderer.isValid()
    picture = QImage(renderer.defaultSize() * 2, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    found = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    assert {QColor(theme.colours().surface).rgb(), theme.stage_colour(1).rgb()} <= found
