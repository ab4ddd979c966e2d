"""Peer of `bench:quality -- --pipeline mine-fuel`: scikit-learn and the official xgboost package on the features, the
trucks and the splits of the pipeline `mine-cycle`, with the settings that a first notebook would take."""

import json
import sys

import numpy as np
import sklearn
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

job = json.loads(sys.argv[1])
names, threads = job["names"], job["threads"]
features = np.fromfile(job["featuresPath"]).reshape(-1, len(names))
target = np.fromfile(job["targetPath"])
coded = [names.index(name) for name in job["coded"]]
encoder = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore", sparse_output=False), coded), remainder="passthrough"
)
models = {
    "ridge": make_pipeline(
        encoder, SimpleImputer(add_indicator=True), StandardScaler(), RidgeCV(alphas=np.logspace(-2, 4, 13))
    ),
    "hist-gradient-boosting": make_pipeline(encoder, HistGradientBoostingRegressor(random_state=0)),
    "xgboost": make_pipeline(
        encoder,
        xgboost.XGBRegressor(
            n_estimators=300, learning_rate=0.05, max_depth=6, subsample=0.8, n_jobs=threads, random_state=0
        ),
    ),
}
learned = job["rows"]["train"]
predicted = {name: model.fit(features[:learned], target[:learned]).predict(features[learned:]).tolist() for name, model in models.items()}
print(json.dumps({"predicted": predicted, "versions": {"scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__}}))
