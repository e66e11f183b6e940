import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.runs.index.filter import TEXT, BadFilter, Kind, parse_filter

KINDS = {
    "accuracy": Kind.NUMBER,
    "params": Kind.NUMBER,
    "name": Kind.TEXT,
    "created": Kind.TIME,
    "tag": Kind.LIST,
    "star": Kind.SWITCH,
    TEXT: Kind.TEXT,
}
VALUES = {
    "accuracy": 0.91,
    "params": 77_754,
    "name": "Wide ResNet",
    "created": "2026-01-31 10:20:30",
    "tag": ("good", "For Report"),
    "star": True,
    TEXT: "wide resnet\nbasic 16x1,32x1 and/or\nfinished",
}
UNKNOWN = {"accuracy": None, "params": 1, "name": "", "created": None, "tag": (), "star": False, TEXT: ""}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("", True),
        ("   ", True),
        ("resnet 16X1,32", True),
        ("resnet 17x1", False),
        ("'basic 16'", True),
        ('"and/or"', True),
        ("accuracy > 0.9 and params < 1e6", True),
        ("accuracy>0.92", False),
        ("accuracy >= 91%", True),
        ("accuracy ≤ 91% finished", True),
        ("params = 77,754", True),
        ("params == 77_754", True),
        ("PARAMS < 77.7k OR params < 1M", True),
        ("params != 77754", False),
        ("accuracy > .95 or star and params < 1e3 or name ~ RES", True),
        ("accuracy > 0.95 or star and params < 1e3", False),
        ("(accuracy > 0.95 or star) and params > 1e3", True),
        ("not star", False),
        ("not not star", True),
        ("not (name ~ wide and tag = bad)", True),
        ("not accuracy > 0.95 star", True),
        ("star = yes and star != no", True),
        ("star=false", False),
        ("name = 'wide resnet'", True),
        ("name != wide", True),
        ("name >= w and name < x", True),
        ("tag = good and tag ~ report and tag != other", True),
        ("tag != good", False),
        ("created >= 2026 and created < 2026-02", True),
        ("created > '2026-01-31 10:21'", False),
        ("created ~ 01-31", True),
    ],
)
def test_what_a_filter_means(text, met):
    assert parse_filter(text, KINDS)(VALUES.get) is met


@pytest.mark.parametrize("text", ["accuracy > 0", "accuracy <= 1", "accuracy != 0.5", "tag = x", "name ~ w", "star"])
def test_what_is_not_known_meets_no_comparison_but_its_opposite(text):
    assert parse_filter(text, KINDS)(UNKNOWN.get) is False
    assert parse_filter(f"not {text}", KINDS)(UNKNOWN.get) is True


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("accuracy >", 10, "a value is missing here"),
        ("accuracy > > 1", 11, "a value is missing here"),
        ("accuracy > (1)", 11, "a value is missing here"),
        ("> 1", 0, "a field or a word is missing here"),
        ("star and", 8, "a field or a word is missing here"),
        ("star and or x", 9, "a field or a word is missing here"),
        ("or", 0, "a field or a word is missing here"),
        ("x not", 5, "a field or a word is missing here"),
        ("()", 1, "this closes no parenthesis"),
        ("a (star", 2, "this parenthesis is not closed"),
        ("star) a", 4, "this closes no parenthesis"),
        ("a 'b", 2, "this quotation mark is not closed"),
        ("a !", 2, "'!' means nothing here"),
        ("acuracy > 1", 0, "there is no field 'acuracy'; 'accuracy' is one"),
        ("zz = 1", 0, "there is no field 'zz'"),
        ("accuracy > good", 11, "'accuracy' is compared with a number"),
        ("accuracy ~ 9", 9, "~ looks into text, and 'accuracy' is a number"),
        ("created > now", 10, "'created' is compared with a date such as 2026-01-31"),
        ("created > 2026-13", 10, "'created' is compared with a date such as 2026-01-31"),
        ("star = maybe", 7, "'star' is yes or no"),
        ("star < yes", 5, "'star' is yes or no, which = compares"),
        ("(" * 60 + "a" + ")" * 60, 50, "too much is nested here"),
        ("not " * 5000 + "a", 2000, "a filter has at most 2000 characters"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text, place, reason):
    with pytest.raises(BadFilter) as bad:
        parse_filter(text, KINDS)
    assert (bad.value.place, str(bad.value.reason)) == (place, reason)


def test_a_terminal_shows_the_place_below_wide_characters_too():
    with pytest.raises(BadFilter) as bad:
        parse_filter("name = 宽 >", KINDS)
    assert bad.value.pointed().splitlines() == ["name = 宽 >", "          ^"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*"()<>=~!'\" a9.%", *KINDS, "and", "or", "not", " ", "0.5", "宽", "\0"])).map("".join))
def test_any_text_is_read_or_refused_at_a_place_in_it(text):
    try:
        met, place = parse_filter(text, KINDS)(VALUES.get), 0
    except BadFilter as bad:
        met, place = False, bad.place
    assert met in (True, False)
    assert 0 <= place <= len(text)
