import { accessRegistry } from './access/index.ts';
import { alertRegistry } from './alerts.ts';
import { analysisRegistry } from './analysis.ts';
import { breakerRegistry } from './breakers.ts';
import { openDatabase, openPool } from './database.ts';
import { datasetRegistry } from './datasets.ts';
import { driftRegistry } from './drift-checks.ts';
import { guarded } from './failures.ts';
import { mlflowRegistry } from './mlflow/index.ts';
import { modelVersionRegistry } from './models.ts';
import { outcomeRegistry } from './outcomes.ts';
import { pipelineRegistry } from './pipelines.ts';
import { predictionRegistry } from './predictions.ts';
import { promotionRegistry } from './promotions.ts';
import { routeRegistry } from './routes.ts';
import { runRegistry } from './runs.ts';
import { searchRegistry } from './searches.ts';
import type { Registry } from './types.ts';

export { manifestId } from './manifest.ts';
export type * from './types.ts';

/** Opens the registry on a database that `migrate` brought up to date; connects at the first call. */
export function openRegistry(databaseUrl: string, { poolSize = 10 }: { poolSize?: number } = {}): Registry {
  const pool = openPool(databaseUrl, poolSize);
  const db = openDatabase(pool);
  return guarded({
    pipelines: guarded(pipelineRegistry(db)),
    datasets: guarded(datasetRegistry(db)),
    searches: guarded(searchRegistry(db)),
    models: guarded({ ...modelVersionRegistry(db), ...promotionRegistry(db) }),
    runs: guarded(runRegistry(db)),
    routes: guarded(routeRegistry(db)),
    predictions: guarded(predictionRegistry(db, pool)),
    outcomes: guarded(outcomeRegistry(db)),
    analysis: guarded(analysisRegistry(db)),
    breakers: guarded(breakerRegistry(db)),
    drift: guarded(driftRegistry(db)),
    alerts: guarded(alertRegistry(db)),
    access: accessRegistry(db),
    mlflow: mlflowRegistry(db),
    async ping() {
      await pool.query('select 1');
    },
    async close() {
      if (!pool.ending) await pool.end();
    },
  });
}
