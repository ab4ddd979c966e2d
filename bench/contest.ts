/**
 * What a contest decides: `npm run bench:contest -- --json`. Challengers that are good, equal and bad by construction
 * go through the product's own workflow, shadow to watch, on workers that are processes of their own; requests and
 * their outcomes are written as the servers write them. With `--kill` every worker is killed (SIGKILL) whenever a
 * contest enters a stage or step that no contest was killed in. Options: `--runs 20` of each, `--at-once 6`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import {
  type ContestInput,
  type ContestView,
  contestPolicySchema,
  contestResultSchema,
} from '../contracts/contest.ts';
import { runId } from '../contracts/ids.ts';
import { taskQueues } from '../temporal.config.ts';
import { oreOfPlant } from '../test/plant.ts';
import { type Servers, startServers, startWorkers, type Workers } from '../test/stack.ts';
import { trainTwoVersions } from '../test/support/two-versions.ts';
import { type Challenger, challengers, cloneForContest, startTraffic } from '../test/traffic.ts';
import { machine, median, option, report } from './lib/report.ts';

const runs = Number(option('runs') ?? 20);
const atOnce = Number(option('at-once') ?? 6);
const kills = process.argv.includes('--kill');
const spec = oreOfPlant();

/**
 * Minutes instead of days; looks and rows as quick as they may be. A bad challenger begins in the canary: a shadow
 * would not let it answer anything.
 */
const policyOf = (challenger: Challenger) =>
  contestPolicySchema.parse({
    stages: challenger === 'bad' ? ['canary'] : ['shadow', 'canary'],
    shadow: { requests: 100, atMostHours: 0.05 },
    canary: { outcomesPerStep: 200, atMostHours: kills ? 0.04 : 0.025 },
    approval: { deadlineHours: 0.001, otherwise: 'approve' },
    watch: { hours: 0.002 },
    lookEverySeconds: 1,
  });

interface Outcome {
  challenger: Challenger;
  promoted: boolean;
  reason: string;
  /** Of the canary's requests, the share that the challenger answered. */
  share: number;
  rows: number;
  seconds: number;
}

/** Kills both workers once in each stage and step. */
function createKiller(workers: Workers) {
  const done = new Set<string>();
  return {
    done,
    async enter({ stage, share }: ContestView): Promise<void> {
      const place = share === undefined ? stage : `${stage} ${share}`;
      if (!kills || done.has(place)) return;
      done.add(place);
      for (const worker of [workers.control, workers.compute]) worker.current()?.kill();
    },
  };
}

type Killer = ReturnType<typeof createKiller>;

async function contest(
  { client }: Servers,
  { registry }: Workers,
  killer: Killer,
  challenger: Challenger,
  run: number,
): Promise<Outcome> {
  const pipeline = `ore-${challenger}-${run}`;
  await cloneForContest(registry, spec.name, pipeline);
  const startedMs = performance.now();
  const input: ContestInput = { pipeline, challenger: '1.1.0', policy: policyOf(challenger) };
  const handle: WorkflowHandle = await client.workflow.start('contestWorkflow', {
    workflowId: runId('contest', pipeline, '1.1.0'),
    taskQueue: taskQueues.control,
    args: [input],
  });
  const traffic = startTraffic(registry, pipeline, challenger, { seed: run, rows: 20, everyMs: 100 });
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const view = await handle.query<ContestView>('contest').catch(() => undefined);
      if (view && !over.signal.aborted) await killer.enter(view);
      await sleep(500);
    }
  })();
  const result = contestResultSchema.parse(await handle.result());
  over.abort();
  await Promise.all([traffic.stop(), watching]);
  const { requests, byChallenger } = traffic.seen();
  return {
    challenger,
    promoted: result.promoted,
    reason: result.reason,
    share: byChallenger / Math.max(1, requests),
    rows: result.stages.findLast(({ stage }) => stage === 'canary')?.outcomes ?? 0,
    seconds: (performance.now() - startedMs) / 1000,
  };
}

async function measure() {
  const servers = await startServers();
  try {
    const workers = await startWorkers(servers, 'contests');
    try {
      // Every contest is of a copy of these two.
      await trainTwoVersions({ client: servers.client, dataDir: workers.dataDir }, spec);
      const killer = createKiller(workers);
      const waiting = Array.from({ length: runs }, (_, run) => run).flatMap((run) =>
        (Object.keys(challengers) as Challenger[]).map((challenger) => ({ challenger, run })),
      );
      const outcomes: Outcome[] = [];
      const lane = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const outcome = await contest(servers, workers, killer, next.challenger, next.run);
          process.stderr.write(`${next.challenger} ${next.run}: ${outcome.reason}\n`);
          outcomes.push(outcome);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return { runs, killedIn: [...killer.done], ...summary(outcomes), machine: machine() };
    } finally {
      await workers.stop();
    }
  } finally {
    await servers.stop();
  }
}

function summary(outcomes: Outcome[]) {
  const of = (challenger: Challenger) => {
    const all = outcomes.filter((outcome) => outcome.challenger === challenger);
    return {
      rightAnswers: challengers[challenger],
      promoted: all.filter(({ promoted }) => promoted).length,
      medianShareAnswered: median(all.map(({ share }) => share)),
      medianRows: median(all.map(({ rows }) => rows)),
      medianSeconds: median(all.map(({ seconds }) => seconds)),
    };
  };
  return { good: of('good'), equal: of('equal'), bad: of('bad') };
}

report(await measure(), ({ killedIn, good, equal, bad }) =>
  [
    `contests of challengers that have ${Object.entries(challengers)
      .map(([name, right]) => `${100 * right} % (${name})`)
      .join(', ')} of the rows right, against 80 %`,
    ...Object.entries({ good, equal, bad }).map(
      ([name, { promoted, medianShareAnswered, medianRows, medianSeconds }]) =>
        `${name.padEnd(6)} ${promoted}/${runs} promoted, ${(100 * medianShareAnswered).toFixed(2)} % of the canary's requests answered ` +
        `(median), ${medianRows} rows, ${medianSeconds.toFixed(0)} s`,
    ),
    ...(killedIn.length > 0 ? [`every worker killed in: ${killedIn.join(', ')}`] : []),
  ].join('\n'),
);
