import { backtestWindow, windowSizes } from '../../models/retraining/window.ts';
import { candidateToFit } from '../../models/training/fit.ts';
import { changePoints } from '../changes.ts';
import { withFit } from '../fitting.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { currentRun } from '../runs.ts';
import { type AnewDeps, type AnewInput, type AnewRows, copiesOf, readSplit } from './anew.ts';

/** Below so many rows a backtest learns nothing that lasts. */
const leastRows = 100;
/** Change points that a backtest tries a window for, the newest. */
const mostChanges = 4;

/** `window`: only the newest rows, as many as a backtest finds best where the pipeline does not say. */
export function createWindowActivities({ artifacts, registry, trainingSets, workbench }: AnewDeps) {
  return {
    async chooseWindow({ set: ref, rows, driftCheck }: AnewInput): Promise<AnewRows> {
      return await withHeartbeat('window', async (pulse) => {
        const { spec, set } = await trainingSets.prepared(ref);
        const { train, ...judged } = await readSplit(artifacts, ref.split);
        const newest = async (count: number) =>
          await putJson(artifacts, 'split.json', { ...judged, train: train.slice(-count) });
        const wanted = spec.retrain.window.rows;
        if (wanted !== 'auto') {
          const count = Math.min(wanted, train.length);
          return { split: await newest(count), note: `the newest ${count} rows, as the pipeline says` };
        }
        const check = driftCheck === undefined ? undefined : await registry.drift.get(spec.name, driftCheck);
        const since = check ? changePoints(check.report).slice(-mostChanges) : [];
        const copies = copiesOf(spec);
        const windows = windowSizes(train, leastRows, since).map((size) => ({
          rows: size,
          fromRowId: train[train.length - size] * copies,
        }));
        const { name, params } = rows.champion.plan;
        const fit = { key: `${currentRun().id}/window`, label: 'backtest', seed: spec.seed };
        const backtest = await withFit(workbench, pulse, fit, (context) =>
          backtestWindow(spec, candidateToFit(spec, name, params), set, windows, context),
        );
        const count = backtest.rows;
        return {
          split: await newest(count),
          note: `the newest ${count} of ${train.length} rows, best of ${windows.length} by a backtest`,
          artifacts: { backtest: await putJson(artifacts, 'backtest.json', { ...backtest, since }) },
        };
      });
    },
  };
}
