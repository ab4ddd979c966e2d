import type { Breaker, RetrainVerdict } from '../../contracts/breaker.ts';
import type { RetrainPolicy } from '../../contracts/retrain.ts';
import type { AlertRegistry, BreakerRegistry, ModelRegistry } from '../../registry/types.ts';
import { currentRun } from '../runs.ts';

interface Deps {
  registry: {
    breakers: Pick<BreakerRegistry, 'admit' | 'conclude'>;
    alerts: Pick<AlertRegistry, 'raise' | 'resolve'>;
    models: Pick<ModelRegistry, 'get'>;
  };
}

interface Conclusion {
  pipeline: string;
  policy: RetrainPolicy;
  verdict: RetrainVerdict;
  reason: string;
}

const [breakerAlert, retrainAlert] = ['breaker', 'retrain'];

/** The circuit breaker of retraining: asked before, told afterwards; what people should know becomes an alert. */
export function createBreakerActivities({ registry: { breakers, alerts, models } }: Deps) {
  const conclude = async (input: Conclusion): Promise<void> => {
    const { pipeline, policy, verdict, reason } = input;
    const run = currentRun();
    const { from, to, breaker } = await breakers.conclude(pipeline, policy, run, { verdict, reason });
    const about = { run: run.id };
    if (verdict === 'failure')
      await alerts.raise({
        ...{ pipeline, about, kind: 'retrain', severity: 'warning', dedupKey: retrainAlert },
        message: {
          en: `A retrain of ${pipeline} failed: ${reason}`,
          es: `Falló un reentrenamiento de ${pipeline}: ${reason}`,
        },
      });
    if (verdict === 'success' || verdict === 'loss') await alerts.resolve(pipeline, retrainAlert);
    if (to === 'open' && from !== 'open') {
      const { failures, losses } = breaker;
      await alerts.raise({
        ...{ pipeline, about, kind: 'breaker', severity: 'critical', dedupKey: breakerAlert },
        message: {
          en: `The circuit breaker of ${pipeline} is open after ${failures} failures and ${losses} lost contests in a row: retraining stops, the champion stays`,
          es: `El cortacircuitos de ${pipeline} se abrió tras ${failures} fallos y ${losses} contiendas perdidas seguidas: el reentrenamiento se detiene y el campeón sigue`,
        },
      });
    }
    if (to === 'closed' && from !== 'closed') await alerts.resolve(pipeline, breakerAlert);
  };

  return {
    /** @throws RelevoError BREAKER_OPEN */
    async admitRetrain(input: { pipeline: string; policy: RetrainPolicy }): Promise<Breaker> {
      return await breakers.admit(input.pipeline, input.policy, currentRun());
    },

    async concludeRetrain(input: Conclusion): Promise<void> {
      return await conclude(input);
    },

    /** The end of a contest whose challenger a retrain has made. */
    async concludeContest(input: {
      pipeline: string;
      challenger: string;
      won: boolean;
      reason: string;
    }): Promise<void> {
      const { pipeline, challenger, won, reason } = input;
      const { environment, spec } = await models.get(pipeline, challenger);
      if (environment.retrain === undefined) return;
      await conclude({ pipeline, policy: spec.retrain, verdict: won ? 'success' : 'loss', reason });
    },
  };
}
