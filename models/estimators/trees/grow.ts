import { RelevoError } from '../../../contracts/errors.ts';
import { Booster, type BoosterParams, NativeMatrix } from '../../native/booster.ts';
import { type Xgboost, xgboost } from '../../native/xgboost.ts';
import { weightedRmse } from '../score.ts';
import { decodeCheckpoint, encodeCheckpoint, fitIdentity, type GrowthState } from './checkpoint.ts';
import type { Answer, GrowMessage, GrownTrees, GrowTask, TreeGrowth } from './protocol.ts';

/**
 * Grows trees on this thread until the rounds are done, patience runs out or the task is told to stop.
 * The model depends on the task alone: not on when checkpoints were taken, nor on being taken up from one.
 * @throws RelevoError TRAINING_FAILED, NATIVE_LIBRARY_MISSING.
 */
export function growTrees(task: GrowTask): Answer<GrownTrees> {
  const api = xgboost(task.library);
  const identity = task.checkpointEveryMs === undefined ? '' : fitIdentity(task, api.version);
  const gradients = task.growth.kind === 'forest' ? forestGradients(task) : undefined;
  const train = new NativeMatrix(api, task.train, task.threads);
  // libxgboost has its own copy now; for many rows this one is worth letting go.
  task.train.features = new Float32Array();
  try {
    const validation = task.validation && new NativeMatrix(api, task.validation, task.threads);
    try {
      return withBooster(api, { task, identity, train, validation, gradients });
    } finally {
      validation?.dispose();
    }
  } finally {
    train.dispose();
  }
}

interface Grounds {
  task: GrowTask;
  identity: string;
  train: NativeMatrix;
  validation: NativeMatrix | undefined;
  gradients: { gradient: Float32Array; hessian: Float32Array } | undefined;
}

function withBooster(api: Xgboost, grounds: Grounds): Answer<GrownTrees> {
  const { task, train, validation } = grounds;
  const params = boosterParams(task, 0);
  const booster = Booster.create(api, params, validation ? [train, validation] : [train]);
  try {
    const found = decodeCheckpoint(grounds.identity, task.checkpoint);
    if (found !== undefined) booster.unserialize(found.booster);
    const state = found?.state ?? { rounds: 0, scores: [] };
    const resumedFromStep = found?.state.rounds;
    // Whoever judges the steps sees the whole course, as if the fit had never been interrupted.
    for (let step = 1; step <= state.rounds; step++)
      say(task, { kind: 'step', step, score: state.scores[step - 1] });
    if (!growRounds(booster, grounds, state)) return { state: 'stopped' };
    return { state: 'done', value: { ...finish(booster, grounds, state), resumedFromStep } };
  } finally {
    booster.dispose();
  }
}

/** Returns false where the task was told to stop. */
function growRounds(
  booster: Booster,
  { task, identity, train, validation, gradients }: Grounds,
  state: GrowthState,
): boolean {
  const { kind, rounds, patience, sampled } = task.growth;
  let savedAt = performance.now();
  while (state.rounds < rounds && !isPatienceOut(state.scores, patience)) {
    if (Atomics.load(task.stop, 0) !== 0) return false;
    const params = boosterParams(task, state.rounds);
    if (sampled) booster.renewGrowers(params);
    if (gradients !== undefined) booster.boost(train, gradients.gradient, gradients.hessian);
    else booster.update(state.rounds, train);
    if (validation !== undefined && kind === 'boosting')
      state.scores.push(finite(booster.evaluate(state.rounds, validation), state.rounds + 1));
    state.rounds++;
    say(task, { kind: 'step', step: state.rounds, score: state.scores[state.rounds - 1] });
    if (task.checkpointEveryMs !== undefined && performance.now() - savedAt >= task.checkpointEveryMs) {
      say(task, { kind: 'checkpoint', bytes: encodeCheckpoint(identity, state, booster.serialize()) });
      savedAt = performance.now();
    }
  }
  return true;
}

function finish(booster: Booster, { task, validation }: Grounds, state: GrowthState): GrownTrees {
  if (task.growth.kind === 'forest' || state.scores.length === 0) {
    const model = shared(booster.save());
    if (validation === undefined || task.validation === undefined) return { model, steps: state.rounds };
    const { target, weights } = task.validation;
    const validationScore = weightedRmse(booster.predict(validation), target, weights);
    return { model, steps: state.rounds, validationScore };
  }
  const best = indexOfLeast(state.scores);
  return { model: shared(booster.saveFirst(best + 1)), steps: best + 1, validationScore: state.scores[best] };
}

/**
 * A forest's round draws from a seed of its own: libxgboost counts rounds for its own gradients only.
 * Seeds are spread so that neighbouring seeds of the pipeline share no tree.
 */
function boosterParams({ growth, threads }: GrowTask, round: number): BoosterParams {
  const spread = BigInt(growth.seed) * 100_003n + (growth.kind === 'forest' ? BigInt(round) : 0n);
  return {
    ...growth.params,
    objective: 'reg:squarederror',
    eval_metric: 'rmse',
    tree_method: 'hist',
    base_score: growth.baseScore,
    nthread: threads,
    seed: String(BigInt.asUintN(52, spread)),
    seed_per_iteration: 1,
  };
}

/** Every tree of a forest starts from the base score alone. */
function forestGradients({ growth, train }: GrowTask) {
  const gradient = new Float32Array(train.rows);
  const hessian = new Float32Array(train.rows);
  for (let i = 0; i < train.rows; i++) {
    const weight = train.weights?.[i] ?? 1;
    gradient[i] = (growth.baseScore - train.target[i]) * weight;
    hessian[i] = weight;
  }
  return { gradient, hessian };
}

function finite(score: number, round: number): number {
  if (Number.isFinite(score)) return score;
  throw new RelevoError('TRAINING_FAILED', `The validation RMSE of round ${round} is ${score}`);
}

const isPatienceOut = (scores: number[], patience: TreeGrowth['patience']): boolean =>
  patience !== undefined && scores.length - 1 - indexOfLeast(scores) >= patience;

/** Position of the first least score; -1 of none. */
function indexOfLeast(scores: number[]): number {
  let least = scores.length - 1;
  for (let i = least - 1; i >= 0; i--) if (scores[i] <= scores[least]) least = i;
  return least;
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}

function say({ port, reportSteps }: GrowTask, message: GrowMessage): void {
  if (reportSteps || message.kind !== 'step') port.postMessage(message);
}
