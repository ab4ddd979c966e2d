-- A client of MLflow that names no experiment logs into "0".
INSERT INTO "relevo"."mlflow_experiments" ("id", "name", "artifact_location", "created_ms", "updated_ms")
SELECT '0', 'Default', 'mlflow-artifacts:/0', now_ms, now_ms
FROM (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms) AS "clock";
