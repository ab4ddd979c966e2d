import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { checkColumns } from '../../data/drift/check/index.ts';
import { missingInputs } from './answers.ts';
import { answerPairs, dataPairs, lossRowsOf, watchedColumns } from './columns.ts';
import { coverageOf } from './coverage.ts';
import { freshnessOf, qualityOf } from './data-findings.ts';
import type { CheckBody } from './draft.ts';
import { estimateUnlabelled } from './estimate.ts';
import { joinStreams, servedStreams, tellingEvidence } from './evidence.ts';
import { importanceOf } from './importance.ts';
import { jointDrift } from './joint.ts';
import { withAnswerer } from './open.ts';
import { type Performance, performanceOf } from './performance.ts';
import type { Finding } from './quality.ts';
import { memoryAfter, reportOf } from './report.ts';
import { lineageOf } from './row-ids.ts';
import { classErrorsOf, isBeyondShares } from './shares.ts';
import { errorsSince } from './since.ts';
import { runStreams, type StreamsResult } from './streams.ts';
import { type Asked, askChampion, dataFrames, type Frames, type Work } from './work.ts';

/** Does one check: asks the champion, compares, and says what was found and what is to be remembered. */
export async function checkAll(artifacts: ArtifactStore, work: Work): Promise<CheckBody> {
  const { spec, watched } = work;
  const gone = missingInputs(watched.version.spec, spec);
  const asked =
    gone.length > 0
      ? undefined
      : await withAnswerer(artifacts, watched.version, (champion) => askChampion(work, champion));
  const importance = await importanceOf(artifacts, watched.version);
  const frames = await dataFrames(work);
  const compared = await compare(work, frames, asked, importance);
  const ofData = asked && (await streamsOf(work, asked));
  const ofClients = asked && work.served && (await servedStreams(work, asked, work.served));
  const streams = ofData && joinStreams(ofClients ? [ofData, ofClients] : [ofData]);
  const performance = asked && (await performanceIn(work, asked));
  const { policy, seed } = { policy: spec.drift, seed: spec.seed };
  const inputs = spec.inputs.filter((name) => spec.columns[name].kind !== 'timestamp');
  const joint = await jointDrift(inputs, frames.reference, frames.current, {
    policy,
    seed,
    signal: work.signal,
  });
  const quality = [
    ...goneFindings(gone),
    ...qualityOf(work, frames),
    ...(await freshnessOf(artifacts, work)),
  ];
  const dataTells = asked &&
    ofData && {
      alarms: ofData.alarms,
      heldOut: asked.heldOut.answers.loss,
      streamed: asked.streamed.answers.loss,
      isBeyondShares:
        spec.task === 'classification' &&
        isBeyondShares(classErrorsOf(asked.heldOut.answers), classErrorsOf(asked.streamed.answers)),
    };
  const clientsTell = asked &&
    ofClients &&
    work.served && {
      alarms: ofClients.alarms,
      heldOut: asked.heldOut.answers.loss,
      streamed: work.served.loss,
    };
  const evidence = tellingEvidence([dataTells, clientsTell].filter((one) => one !== undefined));
  const since =
    asked && errorsSince(asked, { columns: compared.columns, streams: streams ? streams.report : [] });
  const report = reportOf(work, { compared, joint, streams, evidence, performance, since, quality });
  const isSurelyWorse = performance?.isWorse ?? false;
  return { report, isSurelyWorse, memory: memoryAfter(work, report, { compared, streams, performance }) };
}

const goneFindings = (gone: string[]): Finding[] =>
  gone.map((column) => ({
    check: 'gone',
    column,
    message: 'the champion needs it and the data has it no more',
  }));

async function compare(
  { spec, memory, signal }: Work,
  { names, reference, current }: Frames,
  asked: Asked | undefined,
  importance: Record<string, number> | undefined,
) {
  const answers = watchedColumns(spec).answers;
  const losses = asked && {
    reference: lossRowsOf(spec.inputs, asked.heldOut.frame, asked.heldOut.answers),
    current: lossRowsOf(spec.inputs, asked.current.frame, asked.current.answers),
  };
  return await checkColumns(
    {
      columns: [
        ...dataPairs(spec, names, reference, current),
        ...(asked ? answerPairs(answers, asked.heldOut.answers, asked.current.answers) : []),
      ],
      policy: spec.drift,
      rowIds: current.rowIds,
      history: memory?.history ?? {},
      online: memory?.online,
      importance,
      losses,
    },
    signal,
  );
}

async function streamsOf(
  { spec, memory, watched, dataset }: Work,
  { heldOut, streamed }: Asked,
): Promise<StreamsResult> {
  const { version } = watched;
  const goesOn = memory?.modelVersion === version.version && memory.lineage === lineageOf(dataset.manifest);
  const series = {
    name: version.spec.task === 'classification' ? ('error' as const) : ('absolute residual' as const),
    rowIds: streamed.frame.rowIds,
    losses: streamed.answers.loss,
  };
  return await runStreams(spec.drift, heldOut.answers.loss, series, goesOn ? memory.streams : []);
}

/** New rows with a known target from which on they alone say how good the champion is. */
const leastScored = 100;

async function performanceIn(work: Work, { heldOut, current, streamed }: Asked): Promise<Performance> {
  const { choice, watched, memory, served, signal } = work;
  const { spec } = watched.version;
  const known = current.answers.loss.reduce((count, loss) => count + Number(!Number.isNaN(loss)), 0);
  const labelled = choice.fresh.length === 0 ? 0 : Math.min(1, known / choice.fresh.length);
  // What waited for the columns' sake is no news of how good the champion is now.
  const isNews = streamed.answers.scored.actual.length >= leastScored;
  const ofData = (isNews ? streamed : current).answers.scored;
  // Where the data has no targets (yet), what clients told of their answers says how good the champion is.
  const newest = served && ofData.actual.length === 0 ? served.scored : ofData;
  const scored = { heldOut: heldOut.answers.scored, current: newest, labelled };
  const measured = await performanceOf(spec, scored, { online: memory?.performance, signal });
  const estimated = labelled < 1 ? await estimateUnlabelled(spec, { heldOut, current }, signal) : undefined;
  const coverage = coverageOf(watched.version, scored, { policy: work.spec.drift, memory });
  return {
    ...measured,
    report: {
      ...measured.report,
      ...(estimated && { estimated }),
      ...(coverage && { coverage: coverage.report }),
    },
    coverage: coverage?.memory,
  };
}
