import pytest

from explorer.runs.data.balance import class_weights, drawn_per_class

COUNTS = (900, 90, 0, 10)


@pytest.mark.parametrize("balance", ["off", "weights"])
def test_without_sampling_an_epoch_draws_every_image_once(balance):
    assert drawn_per_class(COUNTS, balance) == COUNTS


def test_sampling_draws_all_classes_alike_and_as_many_images_as_there_are():
    drawn = drawn_per_class(COUNTS, "sampling")
    assert drawn == pytest.approx((1000 / 3, 1000 / 3, 0, 1000 / 3))
    assert sum(drawn) == pytest.approx(sum(COUNTS))


def test_weights_make_classes_count_alike_and_an_image_one_on_average():
    weights = class_weights(COUNTS)
    totals = [count * weight for count, weight in zip(COUNTS, weights, strict=True)]
    assert totals == pytest.approx([1000 / 3, 1000 / 3, 0, 1000 / 3])
    assert sum(totals) / sum(COUNTS) == pytest.approx(1)
    assert class_weights((5, 5)) == (1, 1)
    assert class_weights((0, 0)) == (0, 0)
