import { classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import type { Fold } from '../../../models/evaluation/folds.ts';
import { joinRows, type PreparedRows, type TrainingSet } from '../../../models/training/rows.ts';
import type { Scoring } from '../champion.ts';
import { type PeerResult, runPeer } from './peer.ts';
import type { Cells } from './rows.ts';
import { foldsOf, type OverFolds, overFolds, type Searched, searchCandidates } from './search.ts';

/** The pipeline's candidates and scikit-learn's on the same rows and folds. */
export interface Answered extends Searched {
  classes: string[];
  peer: { best: { candidate: string } & OverFolds; candidates: PeerResult };
  /** Whether the best is no worse than scikit-learn's best. */
  atOrAbovePeer: boolean;
}
/** What a comparison of files needs beside the figures. */
export interface Asked {
  answered: Answered;
  best: Scoring;
  rows: PreparedRows;
  folds: Fold[];
}

/** Equal models of two libraries differ in the last bits of a mean. */
const sameWithin = 1e-9;

/** @param inputs cells of the rows of `set`, in their order, as scikit-learn shall read them. */
export async function ask(
  spec: PipelineSpec,
  set: TrainingSet,
  inputs: Cells[],
  folder: string,
): Promise<Asked> {
  const rows = joinRows(set.train, set.validation);
  const folds = foldsOf(spec, rows);
  const { searched, best } = await searchCandidates(spec, set);
  const candidates = await runPeer(spec, { inputs, targets: rows.target, folds }, folder);
  const peers = Object.entries(candidates).map(([candidate, peer]) => ({
    candidate,
    ...overFolds(peer.folds),
  }));
  const peerBest = peers.reduce((one, next) => (next.mean > one.mean ? next : one));
  const answered = {
    ...searched,
    classes: classesOf(spec),
    peer: { best: peerBest, candidates },
    atOrAbovePeer: searched.best.mean >= peerBest.mean - sameWithin,
  };
  return { answered, best, rows, folds };
}
