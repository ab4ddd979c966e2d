import { parseJson } from '../../http/json-body.ts';
import { entryOf } from '../log/entry.ts';
import { createQueue, takeBatch } from '../log/queue.ts';
import { type AnsweredRows, answerAsChampion } from '../predict.ts';
import { requestRows } from '../rows/request.ts';
import type { ServedModel } from '../served-model.ts';
import type { BodyTask, Said } from './protocol.ts';

/**
 * Does on this thread all that a request of many rows asks for: its JSON is read, checked, answered and written, and
 * only then its rows are put into the form that the log takes.
 */
export function createBodyAnswering(parts: {
  model: ServedModel;
  newId: () => string;
  say(said: Said): void;
}): (task: BodyTask) => Promise<void> {
  const { model, newId, say } = parts;
  const lineup = { champion: model, contenders: [] };

  return async (task) => {
    const { id, requestId, key, policy } = task;
    const given = requestRows(parseJson(Buffer.from(task.body)), model.version.spec);
    const startedMs = task.startedAtMs - performance.timeOrigin;
    const asker = { requestId, key, startedMs, bodyBytes: task.body.byteLength };
    let answered: AnsweredRows | undefined;
    const json = await new Promise<string>((resolve, reject) => {
      const deps = {
        newId,
        keyColumn: () => policy.keyColumn,
        answered: (rows: AnsweredRows) => {
          answered = rows;
        },
      };
      answerAsChampion({ lineup, asker, given, read: given }, deps, (error, text) =>
        error === undefined ? resolve(text) : reject(error),
      );
    });
    const queue = createQueue();
    if (policy.predictions !== 'none' && answered !== undefined) queue.push(entryOf(answered));
    say({ id, isLast: queue.rows === 0, kind: 'json', json: Buffer.from(json), rows: given.rows.length });
    while (queue.rows > 0) {
      const batch = takeBatch(queue, () => policy);
      say({ id, isLast: queue.rows === 0, kind: 'logged', batch });
    }
  };
}
