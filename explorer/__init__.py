"""ResNet Explorer: design a residual network, see every layer at once, train it and watch.

Five names are promised to programs and notebooks: `design`, `plan`, `module`, `train` and `saved_runs`. What they need
is imported when one of them is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.library.library import design, module, plan, saved_runs, train

__all__ = ["design", "module", "plan", "saved_runs", "train"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from explorer.library import display, library

    display.register()
    return getattr(library, name)
