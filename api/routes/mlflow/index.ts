import { Hono } from 'hono';
import packageJson from '../../../package.json' with { type: 'json' };
import type { ApiDeps } from '../../deps.ts';
import type { ApiEnv } from '../../openapi.ts';
import type { AnsweringDeps } from '../predictions/answer.ts';
import { addArtifactLists, addArtifacts } from './artifacts.ts';
import { endpointsOn } from './endpoint.ts';
import { addExperiments } from './experiments.ts';
import { addLoggedModels } from './logged-models.ts';
import { addModelVersions } from './model-versions.ts';
import { addRegisteredModels } from './registered-models.ts';
import { addRuns } from './runs.ts';
import { addScoring } from './scoring.ts';

type Deps = AnsweringDeps & Pick<ApiDeps, 'registry' | 'artifacts' | 'pipelines'>;

/**
 * MLflow's REST API at the root of this one: `MLFLOW_TRACKING_URI=http://127.0.0.1:3000`. The contract is MLflow's
 * and is not described again in /openapi.json.
 */
export function mlflowRoutes(deps: Deps): Hono<ApiEnv> {
  const router = new Hono<ApiEnv>();
  const add = endpointsOn(router);
  addExperiments(add, deps);
  addRuns(add, deps);
  addLoggedModels(add, deps);
  addRegisteredModels(add, deps);
  addModelVersions(add, deps);
  addArtifactLists(add, deps);
  addArtifacts(router, deps);
  addScoring(router, deps);
  router.get('/api/3.0/mlflow/server-info', (c) => c.json(serverInfo, 200));
  router.get('/version', (c) => c.text(packageJson.version, 200));
  return router;
}

/** What a client asks before it chooses how to talk: files go through the proxy, in one piece. */
const serverInfo = {
  store_type: 'SqlStore',
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
};
