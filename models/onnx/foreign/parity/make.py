"""Models as scikit-learn's users export them, with what they answer. Run with
scikit-learn, skl2onnx, onnx and numpy; writes foreign.json beside this file."""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

draw = np.random.default_rng(7)
rows = 40
feed, speed = draw.uniform(50, 90, rows), draw.uniform(5, 12, rows)
ore = draw.choice(["oxide", "sulphide"], rows)
power = 2 * feed + 11 * speed + np.where(ore == "oxide", 3.0, -4.0)
table = np.column_stack([feed, speed]).astype(np.float32)
grade = np.where(power > np.median(power), "high", "low")
three = np.array(["low", "middle", "high"])[np.digitize(power, np.quantile(power, [0.33, 0.66]))]


def encoded(model: onnx.ModelProto) -> str:
    return base64.b64encode(model.SerializeToString()).decode()


ridge = Ridge().fit(table, power)


def with_texts(encoder):
    columns = [("numbers", StandardScaler(), [0, 1]), ("texts", encoder, [2])]
    return make_pipeline(ColumnTransformer(columns), Ridge())


frame = np.column_stack([feed.astype(object), speed.astype(object), ore.astype(object)])
mixed = with_texts(OneHotEncoder(handle_unknown="ignore")).fit(frame, power)
strict = with_texts(OneHotEncoder()).fit(frame, power)
logistic = LogisticRegression(max_iter=1000).fit(table, grade)
forest = RandomForestClassifier(n_estimators=5, max_depth=3, random_state=0).fit(table, three)
numbered = LogisticRegression(max_iter=1000).fit(table, (grade == "high").astype(int))

outside = onnx.helper.make_tensor("outside", onnx.TensorProto.FLOAT, [2, 1], np.zeros(2, np.float32).tobytes(), raw=True)
outside.ClearField("raw_data")
outside.data_location = onnx.TensorProto.EXTERNAL
outside.external_data.add(key="location", value="../../etc/passwd")
reaching = onnx.helper.make_model(
    onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["X", "outside"], ["variable"])],
        "reaching",
        [onnx.helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, [None, 2])],
        [onnx.helper.make_tensor_value_info("variable", onnx.TensorProto.FLOAT, [None, 1])],
        [outside],
    ),
    opset_imports=[onnx.helper.make_opsetid("", 17)],
    ir_version=8,
)
# Every row is told the mean of all rows.
mixing = onnx.helper.make_model(
    onnx.helper.make_graph(
        [
            onnx.helper.make_node("ReduceMean", ["X"], ["mean"], axes=[0, 1], keepdims=1),
            onnx.helper.make_node("Mul", ["X", "zero"], ["none"]),
            onnx.helper.make_node("ReduceSum", ["none", "one"], ["nothing"], keepdims=1),
            onnx.helper.make_node("Add", ["nothing", "mean"], ["variable"]),
        ],
        "mixing",
        [onnx.helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, [None, 2])],
        [onnx.helper.make_tensor_value_info("variable", onnx.TensorProto.FLOAT, [None, 1])],
        [
            onnx.helper.make_tensor("zero", onnx.TensorProto.FLOAT, [], [0.0]),
            onnx.helper.make_tensor("one", onnx.TensorProto.INT64, [1], [1]),
        ],
    ),
    opset_imports=[onnx.helper.make_opsetid("", 17)],
    ir_version=8,
)

plain = {"zipmap": False}
each_column = [
    ("feed", FloatTensorType([None, 1])),
    ("speed", FloatTensorType([None, 1])),
    ("ore", StringTensorType([None, 1])),
]
made = {
    "columns": {"feed": feed.tolist(), "speed": speed.tolist(), "ore": ore.tolist()},
    "regression": {
        "table": {"file": encoded(to_onnx(ridge, table[:1])), "answers": ridge.predict(table).tolist()},
        "doubles": {
            "file": encoded(to_onnx(ridge, initial_types=[("X", DoubleTensorType([None, 2]))])),
            "answers": ridge.predict(table).tolist(),
        },
        "columns": {
            "file": encoded(to_onnx(mixed, initial_types=each_column)),
            "answers": mixed.predict(frame).tolist(),
        },
    },
    "classification": {
        "maps": {
            "file": encoded(to_onnx(logistic, table[:1])),
            "classes": logistic.classes_.tolist(),
            "answers": logistic.predict_proba(table).tolist(),
        },
        "tensor": {
            "file": encoded(to_onnx(logistic, table[:1], options=plain)),
            "classes": logistic.classes_.tolist(),
            "answers": logistic.predict_proba(table).tolist(),
        },
        "forest": {
            "file": encoded(to_onnx(forest, table[:1])),
            "classes": forest.classes_.tolist(),
            "answers": forest.predict_proba(table).tolist(),
        },
        "numbered": {
            "file": encoded(to_onnx(numbered, table[:1])),
            "classes": ["0", "1"],
            "answers": numbered.predict_proba(table).tolist(),
        },
    },
    "strict": encoded(to_onnx(strict, initial_types=each_column)),
    "reaching": encoded(reaching),
    "mixing": encoded(mixing),
}
Path(__file__).with_name("foreign.json").write_text(json.dumps(made))
