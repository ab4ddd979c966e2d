import type { LogPolicy } from '../../../contracts/predictions.ts';
import type { AnsweredRows } from '../predict.ts';
import { listenersOf, stageOf } from '../routing/lineup.ts';
import type { Heard, Listening } from '../routing/listening.ts';
import type { ServedModel } from '../served-model.ts';
import { entryOf, type LogEntry } from './entry.ts';
import type { PredictionLog } from './prediction-log.ts';

type Other = NonNullable<LogEntry['others']>[number];

/**
 * Hears of answered rows and records them as their pipeline's policy has it. During a contest the models that did not
 * answer are asked too, and the record waits for them.
 */
export function createRecorder(options: {
  predictions: Pick<PredictionLog, 'add'>;
  listening: Pick<Listening, 'ask'>;
  policyOf(pipeline: string): LogPolicy;
}): (answered: AnsweredRows) => void {
  const { predictions, listening, policyOf } = options;

  const hear = (model: ServedModel, { read }: AnsweredRows): Promise<Other | undefined> =>
    new Promise((resolve) => {
      const heard = (said: Heard): void => resolve(said && { version: model.version.version, ...said });
      listening.ask({ model, rows: read.rows, history: read.history, heard });
    });

  return (answered) => {
    const { lineup, model } = answered;
    const stage = stageOf(lineup);
    if (stage === undefined && policyOf(model.version.pipeline).predictions === 'none') return;
    const entry = entryOf(answered, stage);
    const listeners = listenersOf(lineup, model);
    if (listeners.length === 0) predictions.add(entry);
    else
      void Promise.all(listeners.map((listener) => hear(listener, answered))).then((heard) => {
        const others = heard.filter((other) => other !== undefined);
        predictions.add(others.length === 0 ? entry : { ...entry, others });
      });
  };
}
