"""The file of errors."""

from explorer.gui.help import error_log


def test_the_errors_are_read_from_where_they_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(error_log, "error_log", lambda: tmp_path / "logs" / "errors.log")
    assert error_log.last_errors(5) == ""
    error_log.log_error("first\nsecond\n")
    error_log.log_error("third")
    assert [line for line in error_log.last_errors(100).splitlines() if ":" not in line] == [
        "first",
        "second",
        "",
        "third",
    ]
    assert error_log.last_errors(1) == "third"
