"""The runs that wait, without a worker."""

import pytest

from explorer.architecture.presets import preset
from explorer.gui.workers.queue import Queue
from explorer.runs.commands import Train
from explorer.runs.recipe import RECIPES

MINI = preset("mini")


@pytest.fixture
def queue(qapp, tmp_path):
    """Four orders that differ in their seed, from 0 to 3."""
    made = Queue()
    for seed in range(4):
        made.add(Train(MINI, RECIPES["quick"].change(seed=seed), tmp_path))
    return made


def seeds(queue: Queue) -> list[int]:
    return [order.recipe.seed for order in queue.orders]


@pytest.mark.parametrize(
    ("place", "by", "expected"),
    [
        (2, -1, [0, 2, 1, 3]),
        (0, 1, [1, 0, 2, 3]),
        (3, -3, [3, 0, 1, 2]),
        (0, -1, [0, 1, 2, 3]),
        (3, 5, [0, 1, 2, 3]),
    ],
)
def test_an_order_moves_as_far_as_there_are_places(queue, place, by, expected):
    chosen = queue.orders[place]
    target = queue.move(place, by)
    assert queue.orders[target] is chosen
    assert seeds(queue) == expected


def test_of_equal_orders_the_one_at_the_place_goes(queue):
    queue.add(queue.orders[0])
    assert queue.remove(4) == queue.orders[0]
    assert seeds(queue) == [0, 1, 2, 3]


def test_it_says_when_something_is_different_and_only_then(queue):
    heard = []
    queue.changed.connect(lambda: heard.append(seeds(queue)))
    queue.move(0, -1)
    queue.release()
    assert heard == []
    queue.remove(1)
    assert heard == [[0, 2, 3]]


def test_what_was_held_is_held_until_it_goes_on_or_is_gone(queue, tmp_path):
    queue.hold()
    queue.remove(0)
    assert queue.held
    queue.release()
    assert not queue.held
    queue.hold()
    while queue.orders:
        queue.remove(0)
    assert not queue.held
    queue.hold()  # a stop while nothing waits does not concern what will be added
    queue.add(Train(MINI, RECIPES["quick"], tmp_path))
    assert not queue.held
