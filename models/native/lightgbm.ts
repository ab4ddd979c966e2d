import type { LibraryHandle } from 'koffi';
import { RelevoError } from '../../contracts/errors.ts';
import type { NativeRows } from './booster.ts';
import { openLightgbm } from './lightgbm-library.ts';
import type { LibrarySettings } from './settings.ts';

/** Address of an object that lib_lightgbm owns. */
type Handle = bigint;
type Out<T> = [T | null];

/**
 * The part of lib_lightgbm's C API that Relevo calls; synchronous, for a thread that runs nothing else. Every
 * function throws RelevoError TRAINING_FAILED with the library's own words where the C function returns a failure.
 */
export interface Lightgbm {
  /** @param reference the data set whose bins are used, for validation rows. */
  dataset(rows: NativeRows, params: string, reference?: Handle): Handle;
  datasetFree(dataset: Handle): void;
  boosterCreate(train: Handle, params: string): Handle;
  boosterFree(booster: Handle): void;
  addValidation(booster: Handle, dataset: Handle): void;
  /** Returns whether no tree could be grown any more. */
  update(booster: Handle): boolean;
  /** The metric on the validation rows. */
  evaluate(booster: Handle): number;
  /** The first `rounds` rounds as text. */
  saveFirst(booster: Handle, rounds: number): string;
}

const opened = new Map<string | undefined, Lightgbm>();

/** The library, opened once per thread. */
export function lightgbmOf(settings: LibrarySettings): Lightgbm {
  let api = opened.get(settings.path);
  if (api === undefined) {
    api = bind(openLightgbm(settings));
    opened.set(settings.path, api);
  }
  return api;
}

type Declare = <Arguments extends unknown[]>(prototype: string) => (...values: Arguments) => void;
const singlePrecision = 0;
const splitImportance = 0;

function bind(library: LibraryHandle): Lightgbm {
  const lastError = library.func('const char *LGBM_GetLastError()');
  const declare: Declare = (prototype) => {
    const call = library.func(`int ${prototype}`);
    return (...values) => {
      if (call(...values) !== 0)
        throw new RelevoError('TRAINING_FAILED', `${call.info.name}: ${String(lastError())}`);
    };
  };
  const datasetFromMatrix = declare<
    [Float32Array, number, number, number, number, string, Handle | null, Out<Handle>]
  >(
    'LGBM_DatasetCreateFromMat(const void *data, int type, int rows, int columns, int row_major, const char *params, void *reference, _Out_ void **dataset)',
  );
  const setField = declare<[Handle, string, Float32Array, number, number]>(
    'LGBM_DatasetSetField(void *dataset, const char *field, const void *values, int count, int type)',
  );
  const boosterCreate = declare<[Handle, string, Out<Handle>]>(
    'LGBM_BoosterCreate(void *train, const char *params, _Out_ void **booster)',
  );
  const update = declare<[Handle, Out<number>]>(
    'LGBM_BoosterUpdateOneIter(void *booster, _Out_ int *finished)',
  );
  const evaluate = declare<[Handle, number, Out<number>, Float64Array]>(
    'LGBM_BoosterGetEval(void *booster, int data, _Out_ int *count, void *results)',
  );
  const saveModel = declare<[Handle, number, number, number, number, Out<number>, Uint8Array]>(
    'LGBM_BoosterSaveModelToString(void *booster, int start, int rounds, int importance, int64_t size, _Out_ int64_t *length, void *text)',
  );
  const datasetFree = declare<[Handle]>('LGBM_DatasetFree(void *dataset)');

  return {
    dataset({ rows, columns, features, target, weights }, params, reference) {
      const dataset = received<Handle>((out) =>
        datasetFromMatrix(features, singlePrecision, rows, columns, 1, params, reference ?? null, out),
      );
      try {
        if (target) setField(dataset, 'label', target, rows, singlePrecision);
        if (weights) setField(dataset, 'weight', weights, rows, singlePrecision);
        return dataset;
      } catch (error) {
        datasetFree(dataset);
        throw error;
      }
    },
    datasetFree,
    boosterCreate: (train, params) => received((out) => boosterCreate(train, params, out)),
    boosterFree: declare('LGBM_BoosterFree(void *booster)'),
    addValidation: declare('LGBM_BoosterAddValidData(void *booster, void *dataset)'),
    update: (booster) => received<number>((out) => update(booster, out)) !== 0,
    evaluate(booster) {
      const results = new Float64Array(1);
      evaluate(booster, 1, [null], results);
      return results[0];
    },
    saveFirst(booster, rounds) {
      const write = (bytes: Uint8Array): number =>
        Number(
          received<number>((length) =>
            saveModel(booster, 0, rounds, splitImportance, bytes.byteLength, length, bytes),
          ),
        );
      const bytes = Buffer.alloc(write(Buffer.alloc(1)));
      write(bytes);
      return bytes.toString('utf8', 0, bytes.indexOf(0));
    },
  };
}

function received<T>(call: (out: Out<T>) => void): T {
  const out: Out<T> = [null];
  call(out);
  if (out[0] === null) throw new RelevoError('TRAINING_FAILED', 'lib_lightgbm: a null result');
  return out[0];
}
