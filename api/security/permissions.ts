import type { Permission } from './roles.ts';

/**
 * Where a route's pipeline is: in a parameter of its path, in a query field, in a run's or an alert's id, or nowhere
 * that this table could say: then the handler calls `authorize` for each pipeline that it touches. A route that says
 * nothing and has no `:pipeline` is about all pipelines.
 */
export type PipelineAt = { param: string } | { query: string } | 'run id' | 'alert id' | 'handler';

export interface RouteRule {
  permission: Permission;
  at?: PipelineAt;
  /** Changes are audited unless they are data rather than decisions: metrics of a run, parts of an upload. */
  audited?: false;
}

const at = (permission: Permission, where: PipelineAt): RouteRule => ({ permission, at: where });

/**
 * Who may call what: every route of the app by method and pattern, as Hono has them. A route without a line is for
 * administrators; a test fails until it has one.
 */
export const routePermissions: Readonly<Record<string, Permission | RouteRule>> = {
  // pages for people
  'GET /': 'public',
  'GET /login': 'public',
  'POST /login': 'public',
  'POST /logout': 'public',

  // the process
  'GET /health': 'public',
  'GET /ready': 'public',
  'GET /metrics': 'read',
  'GET /openapi.json': 'public',
  'GET /docs': 'public',
  'GET /docs/start.js': 'public',
  'GET /docs/swagger-ui.css': 'public',
  'GET /docs/swagger-ui-bundle.js': 'public',
  'GET /docs/favicon-32x32.png': 'public',

  // predictions
  'POST /predict': at('predict', 'handler'),
  'POST /v1/pipelines/:pipeline/batches': 'predict',
  'GET /v1/pipelines/:pipeline/batches/:id': 'predict',
  'GET /v1/pipelines/:pipeline/batches/:id/results': 'predict',
  'POST /predict/batch': at('predict', 'handler'),
  'POST /analyze': at('read', 'handler'),
  'POST /v1/pipelines/:pipeline/predict': 'predict',
  'POST /v1/pipelines/:pipeline/outcomes': 'predict',
  'GET /v1/pipelines/:pipeline/predictions/:id': 'predict',

  // Open Inference Protocol V2
  'GET /v2': 'public',
  'GET /v2/health/live': 'public',
  'GET /v2/health/ready': 'public',
  'GET /v2/models/:model': at('describe', { param: 'model' }),
  'GET /v2/models/:model/ready': at('describe', { param: 'model' }),
  'GET /v2/models/:model/versions/:version': at('describe', { param: 'model' }),
  'GET /v2/models/:model/versions/:version/ready': at('describe', { param: 'model' }),
  'POST /v2/models/:model/infer': at('predict', { param: 'model' }),
  'POST /v2/models/:model/versions/:version/infer': at('predict', { param: 'model' }),

  // MLflow's REST API: about no pipeline, but where a name is one's (routes/mlflow/access.ts)
  'POST /api/2.0/mlflow/experiments/create': at('operate', 'handler'),
  'GET /api/2.0/mlflow/experiments/get': at('read', 'handler'),
  'GET /api/2.0/mlflow/experiments/get-by-name': at('read', 'handler'),
  'GET /api/2.0/mlflow/experiments/search': at('read', 'handler'),
  'POST /api/2.0/mlflow/experiments/search': at('read', 'handler'),
  'POST /api/2.0/mlflow/experiments/delete': at('operate', 'handler'),
  'POST /api/2.0/mlflow/experiments/restore': at('operate', 'handler'),
  'POST /api/2.0/mlflow/experiments/update': at('operate', 'handler'),
  'POST /api/2.0/mlflow/experiments/set-experiment-tag': at('operate', 'handler'),
  'POST /api/2.0/mlflow/experiments/delete-experiment-tag': at('operate', 'handler'),
  'POST /api/2.0/mlflow/runs/create': { permission: 'operate', at: 'handler', audited: false },
  'GET /api/2.0/mlflow/runs/get': at('read', 'handler'),
  'POST /api/2.0/mlflow/runs/update': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/delete': at('operate', 'handler'),
  'POST /api/2.0/mlflow/runs/restore': at('operate', 'handler'),
  'POST /api/2.0/mlflow/runs/search': at('read', 'handler'),
  'POST /api/2.0/mlflow/runs/log-metric': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/log-parameter': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/set-tag': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/delete-tag': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/log-batch': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/log-inputs': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/outputs': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/runs/log-model': { permission: 'operate', at: 'handler', audited: false },
  'GET /api/2.0/mlflow/metrics/get-history': at('read', 'handler'),
  'POST /api/2.0/mlflow/logged-models': { permission: 'operate', at: 'handler', audited: false },
  'POST /api/2.0/mlflow/logged-models/search': at('read', 'handler'),
  'GET /api/2.0/mlflow/logged-models/:model_id': at('read', 'handler'),
  'PATCH /api/2.0/mlflow/logged-models/:model_id': { permission: 'operate', at: 'handler', audited: false },
  'DELETE /api/2.0/mlflow/logged-models/:model_id': at('operate', 'handler'),
  'PATCH /api/2.0/mlflow/logged-models/:model_id/tags': {
    permission: 'operate',
    at: 'handler',
    audited: false,
  },
  'DELETE /api/2.0/mlflow/logged-models/:model_id/tags/:tag_key': {
    permission: 'operate',
    at: 'handler',
    audited: false,
  },
  'POST /api/2.0/mlflow/logged-models/:model_id/params': {
    permission: 'operate',
    at: 'handler',
    audited: false,
  },
  'GET /api/2.0/mlflow/logged-models/:model_id/artifacts/directories': at('read', 'handler'),
  'GET /api/2.0/mlflow/artifacts/list': at('read', 'handler'),
  'POST /api/2.0/mlflow/registered-models/create': at('operate', 'handler'),
  'GET /api/2.0/mlflow/registered-models/get': at('read', 'handler'),
  'GET /api/2.0/mlflow/registered-models/search': at('read', 'handler'),
  'POST /api/2.0/mlflow/registered-models/rename': at('operate', 'handler'),
  'PATCH /api/2.0/mlflow/registered-models/update': at('operate', 'handler'),
  'DELETE /api/2.0/mlflow/registered-models/delete': at('operate', 'handler'),
  'POST /api/2.0/mlflow/registered-models/set-tag': at('operate', 'handler'),
  'DELETE /api/2.0/mlflow/registered-models/delete-tag': at('operate', 'handler'),
  'POST /api/2.0/mlflow/registered-models/alias': at('operate', 'handler'),
  'DELETE /api/2.0/mlflow/registered-models/alias': at('operate', 'handler'),
  'GET /api/2.0/mlflow/registered-models/alias': at('read', 'handler'),
  'GET /api/2.0/mlflow/registered-models/get-latest-versions': at('read', 'handler'),
  'POST /api/2.0/mlflow/registered-models/get-latest-versions': at('read', 'handler'),
  'POST /api/2.0/mlflow/model-versions/create': at('operate', 'handler'),
  'GET /api/2.0/mlflow/model-versions/get': at('read', 'handler'),
  'GET /api/2.0/mlflow/model-versions/get-download-uri': at('read', 'handler'),
  'GET /api/2.0/mlflow/model-versions/search': at('read', 'handler'),
  'PATCH /api/2.0/mlflow/model-versions/update': at('operate', 'handler'),
  'POST /api/2.0/mlflow/model-versions/transition-stage': at('operate', 'handler'),
  'DELETE /api/2.0/mlflow/model-versions/delete': at('operate', 'handler'),
  'POST /api/2.0/mlflow/model-versions/set-tag': at('operate', 'handler'),
  'DELETE /api/2.0/mlflow/model-versions/delete-tag': at('operate', 'handler'),
  'GET /api/2.0/mlflow-artifacts/artifacts': at('read', 'handler'),
  'GET /api/2.0/mlflow-artifacts/artifacts/:path{.+}': at('read', 'handler'),
  'PUT /api/2.0/mlflow-artifacts/artifacts/:path{.+}': {
    permission: 'operate',
    at: 'handler',
    audited: false,
  },
  'DELETE /api/2.0/mlflow-artifacts/artifacts/:path{.+}': at('operate', 'handler'),
  'GET /api/3.0/mlflow/server-info': 'public',
  'GET /version': 'public',
  'GET /ping': 'public',
  'POST /invocations': at('predict', 'handler'),

  // models
  'GET /model/info': at('describe', { query: 'pipeline' }),
  'GET /model/metrics': at('describe', { query: 'pipeline' }),
  'GET /v1/pipelines/:pipeline/models': 'read',
  'POST /v1/pipelines/:pipeline/models': 'operate',
  'GET /v1/pipelines/:pipeline/models/:version': 'read',
  'GET /v1/pipelines/:pipeline/aliases': 'read',
  'POST /v1/pipelines/:pipeline/promote': 'operate',
  'POST /v1/pipelines/:pipeline/rollback': 'operate',
  'GET /v1/pipelines/:pipeline/explain': 'read',
  'POST /v1/pipelines/:pipeline/explain': 'predict',

  // pipelines and their runs
  'GET /v1/pipelines': at('describe', 'handler'),
  'GET /v1/pipelines/:pipeline': 'describe',
  'GET /v1/runs': at('read', { query: 'pipeline' }),
  'GET /v1/runs/:id': at('read', 'run id'),
  'GET /v1/runs/:id/events': at('read', 'run id'),
  'POST /v1/runs/:id/cancel': at('operate', 'run id'),
  'POST /v1/pipelines/:pipeline/runs': 'operate',
  'GET /v1/pipelines/:pipeline/datasets': 'read',
  'GET /v1/pipelines/:pipeline/datasets/report': 'read',
  'GET /v1/pipelines/:pipeline/datasets/comparison': 'read',

  // what Temporal keeps, decrypted
  'POST /codec/encode': { permission: 'operate', audited: false },
  'POST /codec/decode': { permission: 'operate', audited: false },

  // access
  'GET /v1/session': 'public',
  'POST /v1/session': 'public',
  'DELETE /v1/session': 'public',
  'GET /v1/session/oidc': 'public',
  'GET /v1/session/oidc/callback': 'public',
  'GET /v1/keys': 'administer',
  'POST /v1/keys': 'administer',
  'POST /v1/keys/:id/rotate': 'administer',
  'POST /v1/keys/:id/revoke': 'administer',
  'GET /v1/audit': 'administer',

  // watching and retraining
  'GET /v1/pipelines/:pipeline/breaker': 'read',
  'POST /v1/pipelines/:pipeline/breaker': 'operate',
  'GET /v1/pipelines/:pipeline/contests': 'read',
  'POST /v1/pipelines/:pipeline/contests': 'operate',
  'GET /v1/pipelines/:pipeline/contests/:version': 'read',
  'POST /v1/pipelines/:pipeline/contests/:version/:action': 'operate',
  'GET /v1/pipelines/:pipeline/drift': 'read',
  'GET /v1/pipelines/:pipeline/drift/:id': 'read',
  'GET /v1/alerts': at('read', { query: 'pipeline' }),
  'GET /v1/alerts/events': at('read', { query: 'pipeline' }),
  'POST /v1/alerts/:id/:action': at('operate', 'alert id'),
  'POST /v1/alerts/:id/acknowledge': at('operate', 'alert id'),
  'POST /v1/alerts/:id/silence': at('operate', 'alert id'),
};

const forAdministrators: RouteRule = { permission: 'administer' };

/** A route's rule; `route` is `METHOD /pattern`. */
export function ruleOf(route: string): RouteRule {
  const rule = Object.hasOwn(routePermissions, route) ? routePermissions[route] : forAdministrators;
  return typeof rule === 'string' ? { permission: rule } : rule;
}
