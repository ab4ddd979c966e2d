"""An unmodified MLflow client: logs runs, registers a scikit-learn model as ONNX, searches, loads back."""

import json
import math
import sys

import mlflow
import numpy as np
import onnxruntime
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

asked = json.load(sys.stdin)
# MLflow prints links to runs, and what is printed is this script's answer.
answer, sys.stdout = sys.stdout, sys.stderr
is_three = mlflow.__version__.startswith("3.")
mlflow.set_tracking_uri(asked["url"])
client = MlflowClient()
experiment = mlflow.set_experiment("plant power")

rows = pd.read_csv(asked["csv"])
inputs, power = rows[["feed", "speed", "hardness", "ore"]], rows["power"]
model = make_pipeline(
    ColumnTransformer(
        [
            ("numbers", SimpleImputer(), ["feed", "speed", "hardness"]),
            ("texts", OneHotEncoder(handle_unknown="ignore"), ["ore"]),
        ]
    ),
    GradientBoostingRegressor(n_estimators=60, random_state=0),
).fit(inputs, power)
column = FloatTensorType([None, 1])
types = [("feed", column), ("speed", column), ("hardness", column), ("ore", StringTensorType([None, 1]))]
exported = to_onnx(model, initial_types=types)

with mlflow.start_run(run_name="night") as run:
    run_id = run.info.run_id
    mlflow.log_params({"trees": 60, "kind": "boosting"})
    for step in range(5):
        mlflow.log_metric("rmse", 10.0 / (step + 1), step=step)
    mlflow.log_metric("undefined", float("nan"))
    mlflow.log_metric("endless", math.inf)
    mlflow.log_metrics({f"fold {fold}": fold / 7 for fold in range(40)})
    mlflow.set_tags({"plant": "norte", "turno": "mañana"})
    mlflow.log_text("hola", "notes/hola.txt")
    mlflow.log_dict({"rows": len(rows)}, "rows.json")
    mlflow.log_input(mlflow.data.from_pandas(rows, name="plant rows"), context="training")
    where = {"name": "model"} if is_three else {"artifact_path": "model"}
    logged = mlflow.onnx.log_model(
        exported, signature=infer_signature(inputs, power), registered_model_name=asked["pipeline"], **where
    )
with mlflow.start_run(run_name="other"):
    mlflow.log_metric("rmse", 99.0)

read = client.get_run(run_id)
[version] = client.search_model_versions(f"name = '{asked['pipeline']}'")
client.set_registered_model_alias(asked["pipeline"], "best", version.version)
client.set_model_version_tag(asked["pipeline"], version.version, "checked", "yes")
found = mlflow.search_runs(
    [experiment.experiment_id],
    filter_string="metrics.rmse < 50 and params.kind = 'boosting' and tags.plant LIKE 'nor%'",
    order_by=["metrics.rmse ASC"],
)


def refusal(call):
    try:
        call()
    except MlflowException as error:
        return error.error_code
    return None


def relog():
    client.log_param(run_id, "trees", 61)


sample = inputs.head(asked["rows"])
loaded = mlflow.pyfunc.load_model(f"models:/{asked['pipeline']}@best")
as_numbers = sample.assign(**{name: sample[name].astype("float32") for name in ["feed", "speed", "hardness"]})
back = mlflow.onnx.load_model(f"models:/{asked['pipeline']}/{version.version}")
said = {
    "client": mlflow.__version__,
    "runId": run_id,
    "status": read.info.status,
    "name": read.info.run_name,
    "metrics": len(read.data.metrics),
    "rmse": read.data.metrics["rmse"],
    "isNan": math.isnan(read.data.metrics["undefined"]),
    "isInfinite": math.isinf(read.data.metrics["endless"]),
    "params": read.data.params,
    "turno": read.data.tags["turno"],
    "dataset": read.inputs.dataset_inputs[0].dataset.name,
    "history": [[point.step, point.value] for point in client.get_metric_history(run_id, "rmse")],
    "artifacts": sorted(file.path for file in client.list_artifacts(run_id)),
    "note": mlflow.artifacts.load_text(f"{read.info.artifact_uri}/notes/hola.txt"),
    "version": version.version,
    "versionRun": version.run_id,
    "alias": client.get_model_version_by_alias(asked["pipeline"], "best").version,
    "found": found["run_id"].tolist(),
    "experiments": [one.name for one in client.search_experiments()],
    "repeatedParam": refusal(relog),
    "missingAlias": refusal(lambda: client.get_model_version_by_alias(asked["pipeline"], "none")),
    "repeatedModel": refusal(lambda: client.create_registered_model(asked["pipeline"])),
    "isSameFile": back.SerializeToString() == exported.SerializeToString(),
    "modelUri": logged.model_uri,
    "rows": json.loads(sample.to_json(orient="records")),
    "predictions": model.predict(sample).tolist(),
    "loadedPredictions": [],
}
# The signature keeps doubles and the file takes floats, so the loaded model is asked as its file is.
session = onnxruntime.InferenceSession(back.SerializeToString(), providers=["CPUExecutionProvider"])
feeds = {name: as_numbers[[name]].to_numpy() for name in as_numbers.columns}
feeds["ore"] = feeds["ore"].astype(object)
said["loadedPredictions"] = np.asarray(session.run(None, feeds)[0]).ravel().tolist()
said["flavors"] = sorted(loaded.metadata.flavors)
json.dump(said, answer)
