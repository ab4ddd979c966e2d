/**
 * Streaming detectors beside river and frouros, on one stream of errors in one run: events a second, whether both find
 * drift after the same values, false alarms before the change and the first alarm after it; and how late the calibrated
 * CUSUM is beside ADWIN where both alarm equally seldom on a stable stream.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { streamingDetectors } from '../../data/drift/streaming/index.ts';
import { createRandom } from '../../data/generators/random.ts';
import { pythonWith } from '../lib/python.ts';
import { median } from '../lib/report.ts';
import { type Delays, measureDelays } from './delays.ts';

const run = promisify(execFile);

const events = 1_000_000;
const change = events / 2;
/** Of the stream around its change, for detectors whose peer is slow. */
const fewer: Readonly<Record<string, number>> = { kswin: 6_000, ecdd: 100_000, rddm: 100_000, stepd: 60_000 };
/** river imports typing_extensions without asking for it. */
const peers = ['river==0.23.0', 'frouros==0.9.0', 'typing_extensions==4.16.0'];
/** Alarms at every so many values: what any detector has to beat. */
const dummyEvery = 100;

interface Found {
  eventsPerSecond: number;
  found: number[];
}
interface Row {
  detector: string;
  events: number;
  relevoPerSecond: number;
  /** Absent where no peer has the method. */
  peer?: { library: string; perSecond: number; timesAsFast: number; sameIndices: boolean };
  falseAlarms: number;
  /** Values between the change and the first alarm after it; null where there is none. */
  delay: number | null;
}
export interface StreamsResult {
  stream: { events: number; change: number; before: number; after: number };
  detectors: Row[];
  delays: Delays;
}

/** Errors at 20 %, then at 40 %. */
function makeStream(): Uint8Array {
  const random = createRandom(42);
  return Uint8Array.from({ length: events }, (_, place) => (random() < (place < change ? 0.2 : 0.4) ? 1 : 0));
}

const partOf = (name: string): [number, number] => {
  const length = fewer[name] ?? events;
  return [change - length / 2, change + length / 2];
};

function withRelevo(name: string, stream: Float64Array): Found {
  const { start, options } = streamingDetectors[name];
  const once = () => {
    const detector = start(options.parse({}));
    const found: number[] = [];
    const started = performance.now();
    for (let place = 0; place < stream.length; place++)
      if (detector.update(stream[place]) === 'drift') found.push(place);
    return { eventsPerSecond: (1000 * stream.length) / (performance.now() - started), found };
  };
  const times = [once(), once(), once()];
  return { ...times[0], eventsPerSecond: median(times.map(({ eventsPerSecond }) => eventsPerSecond)) };
}

async function withPeers(stream: Uint8Array): Promise<Map<string, Found & { library: string }>> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-streams-'));
  try {
    const path = join(folder, 'stream');
    await writeFile(path, stream);
    const python = await pythonWith(peers);
    const parts = Object.keys(streamingDetectors)
      .filter((name) => name !== 'cusum')
      .map((name) => [name, ...partOf(name)].join(':'));
    const script = fileURLToPath(new URL('../peers/drift_streams.py', import.meta.url));
    const { stdout } = await run(python, [script, path, ...parts], { maxBuffer: 64 * 1024 * 1024 });
    return new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Found & { name: string; library: string })
        .map(({ name, ...found }) => [name, found]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const alarms = (found: number[], changed: number): Pick<Row, 'falseAlarms' | 'delay'> => {
  const first = found.find((place) => place >= changed);
  return {
    falseAlarms: found.filter((place) => place < changed).length,
    delay: first === undefined ? null : first - changed,
  };
};

function dummy(): Row {
  const found = Array.from({ length: events / dummyEvery }, (_, index) => (index + 1) * dummyEvery - 1);
  return { detector: `every ${dummyEvery}`, events, relevoPerSecond: Number.NaN, ...alarms(found, change) };
}

/** Runs all detectors over one stream, Relevo's and its peers', and the CUSUM against ADWIN; about half a minute. */
export async function measureStreams(): Promise<StreamsResult> {
  const stream = makeStream();
  const peers = await withPeers(stream);
  const detectors = Object.keys(streamingDetectors).map((name): Row => {
    const [start, end] = partOf(name);
    const own = withRelevo(name, Float64Array.from(stream.subarray(start, end)));
    const peer = peers.get(name);
    return {
      detector: name,
      events: end - start,
      relevoPerSecond: own.eventsPerSecond,
      peer: peer && {
        library: peer.library,
        perSecond: peer.eventsPerSecond,
        timesAsFast: own.eventsPerSecond / peer.eventsPerSecond,
        sameIndices: isDeepStrictEqual(own.found, peer.found),
      },
      ...alarms(own.found, change - start),
    };
  });
  return {
    stream: { events, change, before: 0.2, after: 0.4 },
    detectors: [...detectors, dummy()],
    delays: measureDelays(),
  };
}

const millions = (perSecond: number): string =>
  Number.isNaN(perSecond) ? '–' : `${(perSecond / 1e6).toFixed(perSecond < 1e5 ? 4 : 2)} M/s`;

/** The result as lines for a terminal. */
export function showStreams({ detectors, delays }: StreamsResult): string {
  const rows = detectors.map(({ detector, relevoPerSecond, peer, falseAlarms, delay }) =>
    [
      detector.padEnd(13),
      millions(relevoPerSecond).padStart(10),
      (peer === undefined ? '' : `${peer.library} ${millions(peer.perSecond)}`).padStart(20),
      (peer === undefined ? '' : `${peer.timesAsFast.toFixed(1)}×`).padStart(8),
      (peer === undefined ? '' : peer.sameIndices ? 'same indices' : 'OTHER INDICES').padStart(14),
      `${falseAlarms} false alarms, then after ${delay ?? '–'}`,
    ].join(' '),
  );
  const late = delays.rises.map(
    ({ to, cusum, adwin }) => `to ${to}: CUSUM ${Math.round(cusum)}, ADWIN ${Math.round(adwin)}`,
  );
  return [
    ...rows,
    `rows between false alarms: CUSUM ${Math.round(delays.rowsBetweenFalseAlarms.cusum)}, ADWIN ${Math.round(delays.rowsBetweenFalseAlarms.adwin)}`,
    `rows from a rise of ${delays.from} to the alarm, mean of ${delays.runs} runs: ${late.join('; ')}`,
  ].join('\n');
}
