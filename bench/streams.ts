/**
 * What keeping a model good is worth: `npm run bench:streams -- --stream elec2 --json`. A stream is replayed through the
 * product's own workflows (ingest, check, retrain, contest), once for each way to answer drift, and every row is
 * answered by the champion that stood when it came. Beside them the classifier that says what was last, and river's
 * online learners, which see every label at once. Options: `--stream elec2|agrawal|hyperplane|sea|stagger`,
 * `--answers none,auto,…`, `--rows`, `--check` (rows between two checks), `--seed`.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from '../contracts/env.ts';
import { startServers } from '../test/stack.ts';
import { pythonWith } from './lib/python.ts';
import { machine, option, report } from './lib/report.ts';
import { type AnswerToDrift, answers, type Replay, replay } from './streams/replay.ts';
import { elec2Stream, generatedStream, generatedStreams, type Stream } from './streams/specs.ts';

const run = promisify(execFile);
const peer = fileURLToPath(new URL('peers/streams.py', import.meta.url));
const number = (name: string, fallback: number) => Number(option(name) ?? fallback);
/** Share of the rows that the first champion learns from. */
const warmShare = 0.1;

type Peers = Record<'noChange' | 'logistic' | 'adaptiveRandomForest', { all: number; afterFirst: number }>;

async function streamOf(name: string): Promise<Stream> {
  const generated = generatedStreams.find((known) => known === name);
  if (generated) return generatedStream(generated, number('rows', 20_000), number('seed', 1));
  const { RELEVO_DATA } = environment();
  if (name !== 'elec2' || RELEVO_DATA === undefined)
    throw new Error(`--stream needs one of ${generatedStreams.join(', ')}, or elec2 with RELEVO_DATA`);
  const text = await readFile(join(RELEVO_DATA, 'elec2/elec.csv'), 'utf8');
  const lines = text.split('\n').slice(0, 1 + number('rows', 45_312));
  return elec2Stream(lines.join('\n'));
}

function wantedAnswers(): AnswerToDrift[] {
  const wanted = option('answers')?.split(',') ?? [...answers];
  return wanted.map((word) => {
    const known = answers.find((answer) => answer === word);
    if (known) return known;
    throw new Error(`--answers knows ${answers.join(', ')}, not ${word}`);
  });
}

async function measure() {
  const name = option('stream') ?? 'elec2';
  const stream = await streamOf(name);
  const warmRows = Math.floor(warmShare * stream.lines.length);
  const plan = { warmRows, rowsPerCheck: number('check', Math.ceil(stream.lines.length / 40)) };
  const loadBefore = loadavg()[0];
  const servers = await startServers();
  try {
    const python = await pythonWith(['river==0.23.0', 'typing_extensions==4.15.0']);
    const file = join(servers.folder, 'stream.csv');
    await writeFile(file, `${[stream.forPeers.header, ...stream.forPeers.lines].join('\n')}\n`);
    const { stdout } = await run(python, [peer, file, String(warmRows)]);
    const replays: Replay[] = [];
    for (const answer of wantedAnswers()) {
      const one = await replay(servers, stream, answer, plan);
      process.stderr.write(`${name}: ${line(one)}\n`);
      replays.push(one);
    }
    const peers = JSON.parse(stdout) as Peers;
    return {
      stream: name,
      rows: stream.lines.length,
      ...plan,
      replays,
      peers,
      loadBefore,
      machine: machine(),
    };
  } finally {
    await servers.stop();
  }
}

const line = ({ answer, accuracy, checks, drifts, retrains, promotions, seconds }: Replay): string =>
  `${answer.padEnd(14)} ${(100 * accuracy).toFixed(2)} %  ${drifts}/${checks} checks with drift, ` +
  `${retrains} retrains, ${promotions} new champions, ${seconds.toFixed(0)} s`;

report(await measure(), (result) =>
  [
    `${result.stream}: ${result.rows} rows, a check every ${result.rowsPerCheck}`,
    ...result.replays.map(line),
    ...Object.entries(result.peers).map(
      ([name, { all, afterFirst }]) =>
        `${name.padEnd(22)} ${(100 * afterFirst).toFixed(2)} % of the same rows, ${(100 * all).toFixed(2)} % of all`,
    ),
  ].join('\n'),
);
