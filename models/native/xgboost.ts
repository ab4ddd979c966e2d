import koffi, { type LibraryHandle } from 'koffi';
import { RelevoError } from '../../contracts/errors.ts';
import { openLibrary } from './library.ts';
import type { LibrarySettings } from './settings.ts';

/** Address of an object that libxgboost owns. */
export type Handle = bigint;
/** Where a C function writes one result. */
type Out<T> = [T | null];

/**
 * The part of libxgboost's C API that Relevo calls. Every function throws RelevoError TRAINING_FAILED with
 * the library's own words where the C function returns a failure.
 *
 * The calls are synchronous and belong on a thread that runs nothing else (`../estimators/trees/thread.ts`).
 * libxgboost keeps its last error, its random engine, its prediction caches and its OpenMP team per thread,
 * so a booster must stay on the thread that made it: koffi's asynchronous calls wander over libuv's threads,
 * on which 1.7.5 no longer finds its training data and 3.x takes twice as long.
 */
export interface Xgboost {
  version: string;
  matrixFromDense(data: string, config: string): Handle;
  matrixSetInfo(matrix: Handle, field: 'label' | 'weight', data: string): void;
  matrixFree(matrix: Handle): void;
  boosterCreate(matrices: Handle[]): Handle;
  boosterFree(booster: Handle): void;
  setParam(booster: Handle, name: string, value: string): void;
  /** Text that is saved with the model. */
  setAttribute(booster: Handle, name: string, value: string): void;
  /** Rounds in the model. Applies the parameters set so far, which libxgboost otherwise leaves to the next round. */
  boostedRounds(booster: Handle): number;
  update(booster: Handle, round: number, matrix: Handle): void;
  /** One round on gradients of the caller's own, row-major where there are several sums; libxgboost takes it for round 0. */
  boost(booster: Handle, matrix: Handle, gradient: Float32Array, hessian: Float32Array, sums: number): void;
  /** The library's line of metrics, such as `[3]\tvalidation-rmse:0.25`. */
  evaluate(booster: Handle, round: number, matrix: Handle, name: string): string;
  slice(booster: Handle, rounds: number): Handle;
  saveModel(booster: Handle): Uint8Array;
  loadModel(booster: Handle, bytes: Uint8Array): void;
  /** The model with its configuration, for training on. */
  serialize(booster: Handle): Uint8Array;
  unserialize(booster: Handle, bytes: Uint8Array): void;
  /** The sums of the trees and the base score, before any link; row-major where there are several. */
  predict(booster: Handle, matrix: Handle): Float32Array;
}

const opened = new Map<string | undefined, Xgboost>();

/** The library, opened once per thread. */
export function xgboost(settings: LibrarySettings): Xgboost {
  let api = opened.get(settings.path);
  if (api === undefined) {
    api = bind(openLibrary(settings));
    opened.set(settings.path, api);
  }
  return api;
}

/** The array interface of a typed array: its address, so it must outlive the call. */
export function arrayInterface(values: Float32Array, shape: number[]): string {
  return `{"data":[${koffi.address(values)},true],"shape":[${shape}],"typestr":"<f4","version":3}`;
}

type Declare = <Arguments extends unknown[]>(prototype: string) => (...values: Arguments) => void;

function bind(library: LibraryHandle): Xgboost {
  const lastError = library.func('const char *XGBGetLastError()');
  const declare: Declare = (prototype) => {
    const call = library.func(`int ${prototype}`);
    return (...values) => {
      if (call(...values) !== 0) throw failure(call.info.name, String(lastError()));
    };
  };
  const version = versionOf(library);
  // Warnings would go to standard error; failures come as errors all the same.
  declare<[string]>('XGBSetGlobalConfig(const char *config)')('{"verbosity":0}');

  const matrixFromDense = declare<[string, string, Out<Handle>]>(
    'XGDMatrixCreateFromDense(const char *data, const char *config, _Out_ void **matrix)',
  );
  const boosterCreate = declare<[Handle[], number, Out<Handle>]>(
    'XGBoosterCreate(void **matrices, uint64_t count, _Out_ void **booster)',
  );
  const boostedRounds = declare<[Handle, Out<number>]>(
    'XGBoosterBoostedRounds(void *booster, _Out_ int *rounds)',
  );
  const evaluate = declare<[Handle, number, Handle[], string[], number, Out<string>]>(
    'XGBoosterEvalOneIter(void *booster, int round, void **matrices, const char **names, uint64_t count, _Out_ const char **line)',
  );
  const slice = declare<[Handle, number, number, number, Out<Handle>]>(
    'XGBoosterSlice(void *booster, int begin, int end, int step, _Out_ void **slice)',
  );
  const saveModel = declare<[Handle, string, Out<number>, Out<Handle>]>(
    'XGBoosterSaveModelToBuffer(void *booster, const char *config, _Out_ uint64_t *length, _Out_ void **bytes)',
  );
  const serialize = declare<[Handle, Out<number>, Out<Handle>]>(
    'XGBoosterSerializeToBuffer(void *booster, _Out_ uint64_t *length, _Out_ void **bytes)',
  );
  const loadModel = declare<[Handle, Uint8Array, number]>(
    'XGBoosterLoadModelFromBuffer(void *booster, const void *bytes, uint64_t length)',
  );
  const unserialize = declare<[Handle, Uint8Array, number]>(
    'XGBoosterUnserializeFromBuffer(void *booster, const void *bytes, uint64_t length)',
  );
  const predict = declare<[Handle, Handle, string, Out<Handle>, Out<number>, Out<Handle>]>(
    'XGBoosterPredictFromDMatrix(void *booster, void *matrix, const char *config, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **values)',
  );

  return {
    version,
    matrixFromDense: (data, config) => received((out) => matrixFromDense(data, config, out)),
    matrixSetInfo: declare(
      'XGDMatrixSetInfoFromInterface(void *matrix, const char *field, const char *data)',
    ),
    matrixFree: declare('XGDMatrixFree(void *matrix)'),
    boosterCreate: (matrices) => received((out) => boosterCreate(matrices, matrices.length, out)),
    boosterFree: declare('XGBoosterFree(void *booster)'),
    setParam: declare('XGBoosterSetParam(void *booster, const char *name, const char *value)'),
    setAttribute: declare('XGBoosterSetAttr(void *booster, const char *name, const char *value)'),
    boostedRounds: (booster) => received<number>((out) => boostedRounds(booster, out)),
    update: declare('XGBoosterUpdateOneIter(void *booster, int round, void *matrix)'),
    boost: bindBoost(declare, version),
    evaluate: (booster, round, matrix, name) =>
      received((out) => evaluate(booster, round, [matrix], [name], 1, out)),
    slice: (booster, rounds) => received((out) => slice(booster, 0, rounds, 1, out)),
    saveModel: (booster) => copied((length, out) => saveModel(booster, '{"format":"ubj"}', length, out)),
    loadModel: (booster, bytes) => loadModel(booster, bytes, bytes.byteLength),
    serialize: (booster) => copied((length, out) => serialize(booster, length, out)),
    unserialize: (booster, bytes) => unserialize(booster, bytes, bytes.byteLength),
    predict: (booster, matrix) => predicted((...out) => predict(booster, matrix, sumsOnly, ...out)),
  };
}

/** 2.1 replaced the function by one that takes array interfaces. */
function bindBoost(declare: Declare, version: string): Xgboost['boost'] {
  const [major, minor] = version.split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 1)) {
    const boost = declare<[Handle, Handle, number, string, string]>(
      'XGBoosterTrainOneIter(void *booster, void *matrix, int round, const char *gradient, const char *hessian)',
    );
    return (booster, matrix, gradient, hessian, sums) => {
      const shape = [gradient.length / sums, sums];
      boost(booster, matrix, 0, arrayInterface(gradient, shape), arrayInterface(hessian, shape));
    };
  }
  const boost = declare<[Handle, Handle, Float32Array, Float32Array, number]>(
    'XGBoosterBoostOneIter(void *booster, void *matrix, float *gradient, float *hessian, uint64_t count)',
  );
  return (booster, matrix, gradient, hessian) => boost(booster, matrix, gradient, hessian, gradient.length);
}

const sumsOnly = JSON.stringify({
  type: 1,
  training: false,
  iteration_begin: 0,
  iteration_end: 0,
  strict_shape: true,
});

function versionOf(library: LibraryHandle): string {
  const parts: [Out<number>, Out<number>, Out<number>] = [[null], [null], [null]];
  library.func('void XGBoostVersion(_Out_ int *major, _Out_ int *minor, _Out_ int *patch)')(...parts);
  return parts.flat().join('.');
}

function received<T>(call: (out: Out<T>) => void): T {
  const out: Out<T> = [null];
  call(out);
  if (out[0] === null) throw failure('libxgboost', 'a null result');
  return out[0];
}

/** Copies out of a buffer that the next call on the same booster overwrites. */
function copied(call: (length: Out<number>, out: Out<Handle>) => void): Uint8Array {
  const length: Out<number> = [null];
  const address = received<Handle>((out) => call(length, out));
  return koffi.decode(address, 'uint8_t', Number(length[0])) as Uint8Array;
}

function predicted(
  call: (shape: Out<Handle>, dimensions: Out<number>, values: Out<Handle>) => void,
): Float32Array {
  const shape: Out<Handle> = [null];
  const dimensions: Out<number> = [null];
  const address = received<Handle>((values) => call(shape, dimensions, values));
  const sizes = koffi.decode(shape[0], 'uint64_t', Number(dimensions[0])) as ArrayLike<number | bigint>;
  const size = Array.from(sizes, Number).reduce((product, length) => product * length, 1);
  return koffi.decode(address, 'float', size) as Float32Array;
}

/** The library's message without its stack of C++ frames. */
function failure(call: string, message: string): RelevoError {
  const [reason] = message.split('Stack trace:');
  const sentence = reason.replace(/^\[\d\d:\d\d:\d\d\] \S+: /, '').trim() || 'no message';
  return new RelevoError('TRAINING_FAILED', `${call}: ${sentence}`);
}
