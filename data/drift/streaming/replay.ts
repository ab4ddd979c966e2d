import { streamingDetectors } from './index.ts';

export interface Replay {
  /** For each detector that ran, the places of the values after which it found drift, from 0. */
  indices: Record<string, number[]>;
  /** Detectors of errors, where the stream has other values than 0 and 1. */
  skipped: string[];
}

/** Runs every detector with its defaults over one stream of finite numbers. */
export function replay(stream: Float64Array): Replay {
  const errors = stream.every((value) => value === 0 || value === 1);
  const indices: Record<string, number[]> = {};
  const skipped: string[] = [];
  for (const { name, input, options, start } of Object.values(streamingDetectors)) {
    if (input === 'error' && !errors) {
      skipped.push(name);
      continue;
    }
    const run = start(options.parse({}));
    const found: number[] = [];
    for (let place = 0; place < stream.length; place++)
      if (run.update(stream[place]) === 'drift') found.push(place);
    indices[name] = found;
  }
  return { indices, skipped };
}
