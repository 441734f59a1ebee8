"""The two layouts that are offered first, as their frameworks document them."""

import pytest

from csvlstm.layouts.entries import KERAS, TF1
from csvlstm.layouts.gates import Sizes

SIZES = [Sizes(3, 5), Sizes(7, 2), Sizes(4, 4), Sizes(1, 6), Sizes(5, 1), Sizes(1, 1)]

each_size = pytest.mark.parametrize("sizes", SIZES, ids=[f"D{d}_H{h}" for d, h in SIZES])


def test_tensorflow_1_orders_the_gates_i_j_f_o() -> None:
    assert [gate.value for gate in TF1.gates] == ["i", "c", "f", "o"]


def test_keras_orders_the_gates_i_f_c_o() -> None:
    assert [gate.value for gate in KERAS.gates] == ["i", "f", "c", "o"]


def test_the_arrays_come_in_the_order_that_set_weights_takes() -> None:
    assert [array.name for array in KERAS.arrays] == ["kernel", "recurrent_kernel", "bias"]


@each_size
def test_sizes_tell_the_shape_of_the_exported_kernel(sizes: Sizes) -> None:
    d, h = sizes
    assert (sizes.rows, sizes.columns) == (d + h, h + h + h + h)
