"""Weights that start from what is given: by their names, wherever they lie."""

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

TABLE = np.arange(20, dtype=np.float32).reshape(10, 2)
KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2) - 9


def variables(*shapes: tuple[str, tuple[int, ...]]) -> Any:
    from hone_trainer.backend.keras import tf

    return [tf.Variable(np.zeros(shape, np.float32), name=name) for name, shape in shapes]


def values(weights: Any) -> list[Any]:
    return [weight.numpy().tolist() for weight in weights]


def test_of_variables_in_this_pod_others_stay_as_they_are() -> None:
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.variables import Variables

    weights = variables(("a/table", (10, 2)), ("b/kernel", (3, 2)), ("c/kernel", (3, 2)))
    here = Variables(tf.distribute.get_strategy(), {"weights": weights, "optimizer": ()})
    here.start({"b/kernel": KERNEL, "a/table": TABLE})
    assert values(weights) == [TABLE.tolist(), KERNEL.tolist(), np.zeros((3, 2)).tolist()]


def test_of_variables_on_servers_each_part_of_a_table_gets_its_rows() -> None:
    from hone_trainer.train.ps_variables import ServedVariables

    parts = variables(("a/table/part_0", (4, 2)), ("a/table/part_1", (6, 2)))
    other, bias = variables(("b/kernel", (3, 2)), ("b/bias", (3,)))
    served = ServedVariables({"weights": [*parts, other, bias], "optimizer": ()})
    served.start({"a/table": TABLE, "b/bias": TABLE[:3, 1]})
    assert values(parts) == [TABLE[:4].tolist(), TABLE[4:].tolist()]
    assert values([other, bias]) == [np.zeros((3, 2)).tolist(), [1, 3, 5]]


def both(*shapes: tuple[str, tuple[int, ...]]) -> Any:
    """The same variables, in this pod and on servers."""
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.ps_variables import ServedVariables
    from hone_trainer.train.variables import Variables

    groups = {"weights": variables(*shapes), "optimizer": variables(("m", (3, 2)), ("v", ()))}
    for variable in groups["optimizer"]:
        variable.assign(variable + 7)
    return Variables(tf.distribute.get_strategy(), groups), ServedVariables(groups)


def test_a_table_that_is_read_a_few_rows_at_a_time_starts_like_any_other() -> None:
    from hone_trainer.store.chunked_array import InMemory
    from hone_trainer.train.moved_rows import NEW, Moved

    at = np.array([3, NEW, 9, 0, 1, 2, NEW])
    moved = Moved(InMemory(TABLE), at, np.array([[50, 60]], np.float32))
    expected = [[6, 7], [50, 60], [18, 19], [0, 1], [2, 3], [4, 5], [50, 60]]
    parts = ("a/table/part_0", (4, 2)), ("a/table/part_1", (3, 2))
    here, _ = both(("a/table", (7, 2)))
    _, served = both(*parts, ("b/kernel", (3, 2)))
    for each in (here, served):
        each.start({"a/table": moved})
    assert values(here.groups["weights"]) == [expected]
    assert values(served.groups["weights"])[:2] == [expected[:4], expected[4:]]
    assert (here.names, served.names) == (("a/table",), ("a/table", "b/kernel"))


@pytest.mark.parametrize("which", [0, 1])
def test_moments_are_set_to_zero_and_weights_are_not(which: int) -> None:
    each = both(("a/table", (10, 2)))[which]
    each.start({"a/table": TABLE})
    each.clear("optimizer")
    assert values(each.groups["optimizer"]) == [np.zeros((3, 2)).tolist(), 0]
    assert values(each.groups["weights"]) == [TABLE.tolist()]


@pytest.mark.parametrize("served", [True, False])
def test_a_name_that_no_weight_has_is_a_fault(served: bool) -> None:
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.ps_variables import ServedVariables
    from hone_trainer.train.variables import Variables

    groups = {"weights": variables(("a/table", (10, 2)))}
    here: Any = (
        ServedVariables(groups) if served else Variables(tf.distribute.get_strategy(), groups)
    )
    with pytest.raises(KeyError, match="a/tables"):
        here.start({"a/tables": TABLE})
