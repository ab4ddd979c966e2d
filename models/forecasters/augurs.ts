import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { AutoETS, initSync as initEts } from '@bsull/augurs/ets';
import { initSync as initMstl, MSTL } from '@bsull/augurs/mstl';
import type { Forecaster } from './forecaster.ts';

/** The package fetches its WebAssembly from beside its script, which Node's `fetch` cannot: it is read here. */
function wasmOf(name: 'ets' | 'mstl'): Uint8Array {
  const script = createRequire(import.meta.url).resolve(`@bsull/augurs/${name}`);
  return readFileSync(script.replace(/\.js$/, '_bg.wasm'));
}

let isEtsReady = false;
/**
 * Exponential smoothing with error, trend and damping chosen by AICc (Hyndman and Khandakar 2008), by augurs. It
 * has no season: with periods as long as a day of quarters no state-space season can be estimated.
 */
export const ets: Forecaster = {
  name: 'ets',
  async forecast(values, _periods, steps) {
    if (!isEtsReady) initEts({ module: wasmOf('ets') });
    isEtsReady = true;
    const model = new AutoETS(1, 'ZZN');
    try {
      model.fit(values);
      return Float64Array.from(model.predict(steps).point);
    } finally {
      model.free();
    }
  },
};

let isMstlReady = false;
/** Seasons by loess, one for each period, and exponential smoothing of the rest (Bandara et al. 2021), by augurs. */
export const mstl: Forecaster = {
  name: 'mstl',
  async forecast(values, periods, steps) {
    if (!isMstlReady) initMstl({ module: wasmOf('mstl') });
    isMstlReady = true;
    const model = MSTL.ets(periods, { impute: false });
    try {
      model.fit(values);
      return Float64Array.from(model.predict(steps).point);
    } finally {
      model.free();
    }
  },
};
