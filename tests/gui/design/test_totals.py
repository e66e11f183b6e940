from explorer.runs.events import Verdict


def test_figures_of_the_chapters_network(session):
    text = session.window.totals.text
    assert text == ("11.18 M params · 318.7 M MACs · 18 layers · receptive field 435 px (> image) · 5.1 MiB per image")
    assert session.window.totals.accessibleDescription() == text
    assert "FLOPs are twice that: 637,315,072" in session.window.totals.explain(session.document.plan)


def test_figures_wrap_where_there_is_no_room(session):
    totals, wide = session.window.totals, session.window.totals.height()
    session.document.select("layer4.1.conv2")
    session.window.orders.pin.trigger()
    totals.resize(2000, wide)
    assert len(totals.lines) == 1
    assert totals.height() == wide
    totals.resize(300, wide)
    assert len(totals.lines) > 3
    assert all(sum(totals.metrics[way].horizontalAdvance(text) for text, way in row) <= 300 for row in totals.lines)
    assert totals.height() >= len(totals.lines) * totals.fontMetrics().lineSpacing()
    totals.resize(2000, wide)
    assert totals.height() == wide


def test_the_baseline_shows_differences_until_unpinned(session):
    document, totals = session.document, session.window.totals
    session.window.orders.pin.trigger()
    assert "(±0)" in totals.text
    document.propose(document.design.with_stage(3, blocks=3), "")
    assert "(+4.72 M)" in totals.text
    assert "receptive field 563 px (> image) (+128)" in totals.text
    assert "per image (+108.0 KiB)" in totals.text
    assert session.window.orders.unpin.isEnabled()
    session.window.orders.unpin.trigger()
    assert "(" not in totals.text.replace("(> image)", "")


def test_the_selections_share(session):
    session.document.select("layer4")
    assert session.window.totals.share == "layer4: 8.40 M params, 75.1 %"
    session.document.use_names("chapter")
    assert session.window.totals.share == "b5: 8.40 M params, 75.1 %"
    session.document.select("")
    assert session.window.totals.share == ""


def test_the_referee_speaks_for_its_own_design_only(session):
    document, totals = session.document, session.window.totals
    document.note_verdict(document.design, Verdict(True, document.plan.params, 0))
    assert "✓ torchinfo agrees" in totals.text
    document.propose(document.design.with_stage(0, width=32), "")
    assert "torchinfo" not in totals.text


def test_a_broken_design_says_how_far_it_was_counted(session):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    assert "Up to the first problem" in session.window.totals.text
