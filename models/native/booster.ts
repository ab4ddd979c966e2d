import { arrayInterface, type Handle, type Xgboost } from './xgboost.ts';

/** Rows as libxgboost compares them: single precision, row-major, NaN is missing. */
export interface NativeRows {
  rows: number;
  columns: number;
  features: Float32Array;
  target?: Float32Array;
  weights?: Float32Array;
}

/** Rows in libxgboost's own form; to be used on the thread that made it, and disposed there. */
export class NativeMatrix {
  readonly handle: Handle;
  private readonly api: Xgboost;

  constructor(api: Xgboost, { rows, columns, features, target, weights }: NativeRows, threads: number) {
    this.api = api;
    const config = `{"missing":NaN,"nthread":${threads}}`;
    this.handle = api.matrixFromDense(arrayInterface(features, [rows, columns]), config);
    try {
      if (target !== undefined) api.matrixSetInfo(this.handle, 'label', arrayInterface(target, [rows]));
      if (weights !== undefined) api.matrixSetInfo(this.handle, 'weight', arrayInterface(weights, [rows]));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.api.matrixFree(this.handle);
  }
}

/** First and second derivatives of a loss by the sums, weighted. */
export interface Gradients {
  gradient: Float32Array;
  hessian: Float32Array;
}

export type BoosterParams = Record<string, string | number>;

/** A booster; to be used on the thread that made it, and disposed there. */
export class Booster {
  private readonly handle: Handle;
  private readonly api: Xgboost;

  private constructor(api: Xgboost, handle: Handle) {
    this.api = api;
    this.handle = handle;
  }

  /** @param matrices rows whose predictions are kept up to date from round to round. */
  static create(api: Xgboost, params: BoosterParams, matrices: NativeMatrix[]): Booster {
    const booster = new Booster(api, api.boosterCreate(matrices.map(({ handle }) => handle)));
    try {
      booster.set(params);
      return booster;
    } catch (error) {
      booster.dispose();
      throw error;
    }
  }

  /** A booster from the bytes of `save`. */
  static load(
    api: Xgboost,
    bytes: Uint8Array,
    params: BoosterParams,
    matrices: NativeMatrix[] = [],
  ): Booster {
    const booster = Booster.create(api, params, matrices);
    try {
      api.loadModel(booster.handle, bytes);
      booster.set(params);
      return booster;
    } catch (error) {
      booster.dispose();
      throw error;
    }
  }

  set(params: BoosterParams): void {
    for (const [name, value] of Object.entries(params)) this.api.setParam(this.handle, name, String(value));
  }

  /**
   * Makes libxgboost drop its tree growers and make new ones. A grower carries the state of its column
   * sampler from round to round and no serialisation holds it, so without this a run that goes on from a
   * checkpoint samples other columns and rows than one that was never stopped.
   * Growers are replaced when the tree method changes; parameters set earlier do not reach the new ones.
   */
  renewGrowers(params: BoosterParams): void {
    this.set({ tree_method: 'approx' });
    this.api.boostedRounds(this.handle);
    this.set(params);
  }

  /** Rounds in the model. */
  rounds(): number {
    return this.api.boostedRounds(this.handle);
  }

  /** Text that is saved with the model, and read back by `readEnsemble`. */
  setAttribute(name: string, value: string): void {
    this.api.setAttribute(this.handle, name, value);
  }

  update(round: number, matrix: NativeMatrix): void {
    this.api.update(this.handle, round, matrix.handle);
  }

  /** One round on gradients of `sums` sums per row, row-major. */
  boost(matrix: NativeMatrix, { gradient, hessian }: Gradients, sums: number): void {
    this.api.boost(this.handle, matrix.handle, gradient, hessian, sums);
  }

  /** The booster's metric on the matrix, in full precision. */
  evaluate(round: number, matrix: NativeMatrix): number {
    const line = this.api.evaluate(this.handle, round, matrix.handle, 'validation');
    return Number(line.slice(line.lastIndexOf(':') + 1));
  }

  /** The sums of the trees and the base score, row-major, before any link. */
  predict(matrix: NativeMatrix): Float32Array {
    return this.api.predict(this.handle, matrix.handle);
  }

  /** The model after its first `rounds` rounds, as UBJSON. */
  saveFirst(rounds: number): Uint8Array {
    const slice = this.api.slice(this.handle, rounds);
    try {
      return this.api.saveModel(slice);
    } finally {
      this.api.boosterFree(slice);
    }
  }

  save(): Uint8Array {
    return this.api.saveModel(this.handle);
  }

  serialize(): Uint8Array {
    return this.api.serialize(this.handle);
  }

  unserialize(bytes: Uint8Array): void {
    this.api.unserialize(this.handle, bytes);
  }

  dispose(): void {
    this.api.boosterFree(this.handle);
  }
}
