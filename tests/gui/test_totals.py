from explorer.runs.events import Verdict


def test_figures_of_the_chapters_network(session):
    text = session.window.totals.figures.text()
    assert "<b>11.18 M</b> params" in text
    assert "<b>318.7 M</b> MACs" in text
    assert "<b>18</b> layers" in text
    assert "field 435 px (&gt; image)" in text or "field 435 px (> image)" in text
    assert "FLOPs are twice as many: 637,315,072" in session.window.totals.figures.toolTip()


def test_the_baseline_shows_differences_until_unpinned(session):
    document, totals = session.document, session.window.totals
    session.window.pin.trigger()
    assert "(±0)" in totals.figures.text()
    document.propose(document.design.with_stage(3, blocks=3), "")
    assert "(+4.72 M)" in totals.figures.text()
    assert session.window.unpin.isVisible()
    session.window.unpin.trigger()
    assert "(" not in totals.figures.text().replace("(> image)", "")


def test_the_selections_share(session):
    session.document.select("layer4")
    assert session.window.totals.share.text() == "layer4: 8.40 M params, 75.1 %"
    session.document.select("")
    assert session.window.totals.share.text() == ""


def test_the_referee_speaks_for_its_own_design_only(session):
    document, totals = session.document, session.window.totals
    document.note_verdict(document.design, Verdict(True, document.plan.params, 0))
    assert "✓\u00a0torchinfo\u00a0agrees" in totals.figures.text()
    document.propose(document.design.with_stage(0, width=32), "")
    assert "torchinfo" not in totals.figures.text()


def test_a_broken_design_says_how_far_it_was_counted(session):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    assert "Up to the first problem" in session.window.totals.figures.text()
