"""Models of users: built, copied, or refused with the reason."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models import AnyModel
from tests.trainer.conftest import Bench
from tests.trainer.worlds import world

pytestmark = pytest.mark.tensorflow

HERE = "tests.trainer.models.own"


def features(function: str, prefix: str = "m0_", **parameters: float) -> Any:
    """What a function makes of the world's columns."""
    from hone_trainer.models.inputs import open_inputs

    schema = world([{"binary": {"label": "clicked"}}], 60).schema
    keras = {"function": function, "parameters": parameters}
    model = AnyModel.model_validate({"custom": {"keras": keras}}).value.value
    return model.features(open_inputs(schema), schema, prefix)["vector"]


def test_layers_that_nobody_named_are_called_the_same_whenever_it_is_built() -> None:
    from hone_trainer.models.weight_inventory import weights_of

    schema = world([{"binary": {"label": "clicked"}}], 60).schema
    model = AnyModel.model_validate({"custom": {"keras": {"function": f"{HERE}:build"}}})
    names = [[weight.place for weight in weights_of(model, schema)] for _ in range(2)]
    assert names[0] == names[1]
    assert "embedding_0/embeddings" in names[0]
    assert len(set(names[0])) == len(names[0])


def test_its_layers_are_copied_under_names_of_their_own() -> None:
    from hone_trainer.backend.keras import keras

    vector = features(f"{HERE}:build", units=4)
    assert vector.shape[1] == 4 + 4 + 8 + 1
    layers = keras.Model(keras.utils.get_source_inputs(vector), vector).layers
    ours = [layer for layer in layers if not isinstance(layer, keras.layers.InputLayer)]
    assert all(layer.name.startswith("m0_") for layer in ours)
    dropouts = [type(layer).__module__ for layer in ours if "dropout" in layer.name]
    assert dropouts == ["hone_trainer.backend.layers"]
    assert sum("dense" in layer.name for layer in ours) == 1, "shared layers stay one"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("nowhere.models:build", "there is no module 'nowhere': put it into the image"),
        (f"{HERE}:missing", "has no function 'missing'"),
        (f"{HERE}:NO_FUNCTION", "has no function 'NO_FUNCTION'"),
        (f"{HERE}:broken", "failed: KeyError: 'colour'"),
        (f"{HERE}:nothing", "it gave no tensor of tf_keras but a NoneType"),
        (f"{HERE}:wide", "not one of (batch, width)"),
        (f"{HERE}:blind", "it does not read column 'before'"),
        (f"{HERE}:with_a_batch_norm", "use LayerNormalization"),
        (f"{HERE}:with_a_lambda", "is a Lambda: it holds code"),
        (f"{HERE}:with_a_model_in_it", "a model in a model; call its layers one by one"),
        (f"{HERE}:with_its_own_chance", "put a Dropout beside"),
        (f"{HERE}:with_a_layer_without_config", "cannot be made again from its get_config"),
    ],
)
def test_what_cannot_go_through_the_stages_is_refused(function: str, said: str) -> None:
    with pytest.raises(StageFailure) as refused:
        features(function)
    assert refused.value.reason == "CustomModel"
    assert "train.model.custom.keras.function: " in refused.value.message
    assert said in refused.value.message


def test_other_code_of_its_package_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "shop_models"
    package.mkdir()
    shutil.copy(Path(__file__).with_name("own.py"), package / "own.py")
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    keras = {"function": "shop_models.own:build"}
    model = AnyModel.model_validate({"custom": {"keras": keras}}).value.value
    store = Bench(tmp_path).store
    before = model.reads(store)
    assert model.reads(store) == before
    (package / "other.py").write_text("x = 1\n")
    assert model.reads(store) != before


def test_without_its_package_nothing_is_trained(tmp_path: Path) -> None:
    keras = {"function": "nowhere.models:build"}
    with pytest.raises(StageFailure, match="there is no package 'nowhere'"):
        AnyModel.model_validate({"custom": {"keras": keras}}).value.value.reads(
            Bench(tmp_path).store
        )
