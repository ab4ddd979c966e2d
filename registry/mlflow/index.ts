import type { Database } from '../database.ts';
import { guarded } from '../failures.ts';
import { mlflowArtifactRegistry } from './artifacts.ts';
import { mlflowExperimentRegistry } from './experiments.ts';
import { mlflowLoggedModelRegistry } from './logged-models.ts';
import { mlflowModelVersionRegistry } from './model-versions.ts';
import { mlflowModelRegistry } from './registered-models.ts';
import { mlflowRunRegistry } from './runs.ts';
import type { MlflowRegistry } from './types.ts';

/** What MLflow's clients keep in a database; throws RelevoErrors only. The connections stay the caller's to close. */
export const mlflowRegistry = (db: Database): MlflowRegistry => ({
  experiments: guarded(mlflowExperimentRegistry(db)),
  runs: guarded(mlflowRunRegistry(db)),
  loggedModels: guarded(mlflowLoggedModelRegistry(db)),
  models: guarded(mlflowModelRegistry(db)),
  modelVersions: guarded(mlflowModelVersionRegistry(db)),
  artifacts: guarded(mlflowArtifactRegistry(db)),
});
