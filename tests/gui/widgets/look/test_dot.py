from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.dot import dot


def test_a_dot_has_a_rim_to_stand_out_from_its_own_colour(qapp):
    colour = theme.run_colour(0)
    image = dot(colour).toImage()
    middle = image.height() // 2
    seen = [image.pixelColor(x, middle).name() for x in range(image.width()) if image.pixelColor(x, middle).alpha()]
    assert seen[len(seen) // 2] == colour.name()
    assert colour.name() not in (seen[0], seen[-1])
