import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ActivityFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChampionFound, CommittedCheck } from '../activities/alerting.ts';
import { ingestOfTraining, parseRunId, runId } from '../contracts/ids.ts';
import type { MonitorInput, MonitorOptions, MonitorResult } from '../contracts/monitor.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import type { RetrainOptions } from '../contracts/retrain.ts';
import { fail, typedError } from './failures.ts';
import { ingestWorkflow } from './ingest.ts';
import { count } from './labels.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { recorded, tag } from './recorded.ts';

/** How often a check looks anew because another one committed first. */
const maxLooks = 5;
const steps = ['champion', 'data', 'check', 'commit', 'retrain'];

/**
 * One look at whether a pipeline's champion still fits its data: reads what is new, compares, keeps the result, tells
 * people, and asks for a retrain where the policy wants one.
 */
export async function monitorWorkflow({ spec, options }: MonitorInput): Promise<MonitorResult> {
  return await recorded({ kind: 'monitor', pipeline: spec.name, input: options }, async () => {
    const book = openLogBook(`Check of ${spec.name}`, steps);
    const champion = await book.step(
      'champion',
      () => summed(light.findChampion, 'find the champion', spec.name),
      (found) => found?.modelVersion ?? 'none yet',
    );
    if (champion === undefined) return withoutChampion(book);
    tag({ modelVersion: champion.modelVersion });
    const datasetVersion = await book.step(
      'data',
      () => newestData(spec, champion, options),
      (version) => version,
    );
    const committed = await look(spec, book, champion, datasetVersion);
    return await conclude(spec, options, book, committed, datasetVersion);
  });
}

function withoutChampion(book: LogBook): MonitorResult {
  for (const step of steps.slice(1)) book.skip(step, 'there is no champion to watch');
  return {
    verdict: 'insufficient_data',
    summary: {
      en: 'There is no champion to watch yet.',
      es: 'Aún no hay campeona que vigilar.',
    },
  };
}

/** The newest version of the champion's source. A source that cannot be read is told of, and what is there is checked. */
async function newestData(
  spec: PipelineSpec,
  { source, datasetVersion }: ChampionFound,
  options: MonitorOptions,
): Promise<string> {
  const pipeline = spec.name;
  if (options.ingest ?? spec.drift.ingest) await ingest(spec, source);
  const found = await summed(light.findDataset, 'find the newest rows', { pipeline, source });
  return found?.datasetVersion ?? datasetVersion;
}

async function ingest(spec: PipelineSpec, source: string): Promise<void> {
  const pipeline = spec.name;
  try {
    await executeChild(ingestWorkflow, {
      workflowId: ingestOfTraining(workflowInfo().workflowId),
      args: [{ spec, source }],
      staticSummary: `Ingest of ${pipeline}, first step of a check`,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    await light.tellOfSource({ pipeline, source });
  } catch (error) {
    if (isCancellation(error) || error instanceof ActivityFailure) throw error;
    await light.tellOfSource({ pipeline, source, failure: typedError(error).message });
  }
}

/** Compares and commits; where another check was first, its memory counts, and this one compares anew. */
async function look(
  spec: PipelineSpec,
  book: LogBook,
  { modelVersion }: ChampionFound,
  datasetVersion: string,
): Promise<CommittedCheck> {
  const pinned: ArtifactRef = await light.pinSpec(spec);
  for (let at = 1; at <= maxLooks; at++) {
    const draft = await book.step(
      'check',
      () =>
        summed(compute.checkDrift, `check ${datasetVersion}`, { spec: pinned, modelVersion, datasetVersion }),
      ({ verdict, newRows }) => `${verdict}, ${count(newRows)} rows`,
    );
    const committed = await book.step(
      'commit',
      () => summed(light.commitCheck, 'keep the check', draft),
      (kept) => kept?.check ?? 'another check was first',
    );
    if (committed) return committed;
  }
  throw fail({
    code: 'RUN_ALREADY_ACTIVE',
    message: `Other checks of ${spec.name} committed first ${maxLooks} times in a row`,
    details: { remedy: 'Let the other checks end, then run this one again.' },
  });
}

/** Why no retrain follows; undefined where one does. */
function reasonAgainst(
  spec: PipelineSpec,
  options: MonitorOptions,
  { verdict, advice, growth, isRetraining }: CommittedCheck,
): string | undefined {
  if (!growth) {
    if (verdict !== 'drift') return 'nothing to follow';
    if (advice.mode === 'none') return 'not advised';
  }
  if (!(options.retrain ?? (growth !== undefined || spec.retrain.onDrift)))
    return 'the policy does not ask for one';
  return isRetraining ? 'one is under way' : undefined;
}

/** Why a retrain follows: what was found, or that much is new. */
const reasonFor = ({ advice, growth }: CommittedCheck): string =>
  growth && advice.mode === 'none'
    ? `The champion has learned ${count(growth.learnedRows)} rows, and ${count(growth.newRows)} are new to it.`
    : advice.why.en;

async function conclude(
  spec: PipelineSpec,
  options: MonitorOptions,
  book: LogBook,
  committed: CommittedCheck,
  datasetVersion: string,
): Promise<MonitorResult> {
  const { check, verdict, advice } = committed;
  const result = { check, verdict, summary: advice.why };
  const against = reasonAgainst(spec, options, committed);
  if (against) {
    book.skip('retrain', against);
    return result;
  }
  const retrain = await book.step(
    'retrain',
    () => askForRetrain(spec, { check, datasetVersion, reason: reasonFor(committed) }),
    (id) => id,
  );
  return { ...result, retrain };
}

/** Starts a retrain that outlives this run; one that this check has started before is the same. */
async function askForRetrain(
  spec: PipelineSpec,
  about: { check: string; datasetVersion: string; reason: string },
): Promise<string> {
  const { check, datasetVersion, reason } = about;
  const key = parseRunId(workflowInfo().workflowId)?.key ?? check;
  const workflowId = runId('retrain', spec.name, key);
  const options: RetrainOptions = { driftCheck: check, datasetVersion, reason, promote: true };
  try {
    await startChild('retrainWorkflow', {
      workflowId,
      args: [{ spec, options }],
      staticSummary: `Retrain of ${spec.name}, asked for by drift check ${check}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return workflowId;
}
