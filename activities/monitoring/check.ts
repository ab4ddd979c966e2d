import type { DriftReport } from '../../contracts/drift.ts';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { adviseRetrain, checkColumns } from '../../data/drift/check/index.ts';
import type { DatasetVersion, DriftRegistry, MonitorState } from '../../registry/types.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { loadSpec } from '../specs.ts';
import { type Answerer, type Answers, missingInputs } from './answers.ts';
import { type Choice, chooseRows, type Rows } from './choice.ts';
import { answerPairs, dataPairs, lossRowsOf, watchedColumns } from './columns.ts';
import type { CheckBody, CheckDraft } from './draft.ts';
import { askAbout, createRowReader, type RowReader } from './frames.ts';
import { importanceOf } from './importance.ts';
import { type MonitorDeps, readWatched, type Watched, withAnswerer } from './open.ts';
import { type Performance, performanceOf } from './performance.ts';
import { cellFindings, type Finding, keptVolumes, quarantineFindings, volumeFindings } from './quality.ts';
import { idsAfter, lastId, lineageOf } from './row-ids.ts';
import { runStreams, type StreamsResult } from './streams.ts';
import { judgeReport, type StreamEvidence } from './verdict.ts';

type Deps = MonitorDeps & {
  registry: MonitorDeps['registry'] & { drift: Pick<DriftRegistry, 'state'> };
};

export interface CheckInput {
  spec: ArtifactRef;
  /** The champion that is watched, and the data that it is watched on. */
  modelVersion: string;
  datasetVersion: string;
}

/** All that one check works with. */
interface Work {
  spec: PipelineSpec;
  dataset: DatasetVersion;
  watched: Watched;
  memory: MonitorState | undefined;
  choice: Choice;
  reader: RowReader;
  signal: AbortSignal;
}

/** Compares the newest rows with what the champion is used to, and says what has moved. */
export function createMonitoringActivities(deps: Deps) {
  const { artifacts, registry } = deps;
  return {
    /** Changes nothing: the report and the memory that it would leave are kept as an artifact until committed. */
    async checkDrift(input: CheckInput): Promise<CheckDraft> {
      const spec = await loadSpec(artifacts, input.spec);
      return await withHeartbeat('check', async ({ signal, report }) => {
        report({ phase: 'choose rows', done: 0, total: undefined });
        const dataset = await registry.datasets.get(input.datasetVersion);
        const watched = await readWatched(deps, spec.name, input.modelVersion);
        const known = await registry.drift.state(spec.name);
        const reader = createRowReader(artifacts);
        const { parts } = dataset.manifest;
        const choice = await chooseRows({
          spec,
          parts,
          lineage: lineageOf(dataset.manifest),
          champion: watched,
          memory: known?.state,
          times: (column) => reader.times(spec, parts, column),
        });
        report({ phase: 'compare', done: 0, total: choice.current.length });
        const work = { spec, dataset, watched, memory: known?.state, choice, reader, signal };
        const result = await checkAll(deps, work);
        const body = await putJson(artifacts, 'drift-check.json', result);
        const { verdict, advice } = result.report;
        return {
          body,
          after: known?.after ?? null,
          verdict,
          advice: advice.mode,
          newRows: choice.current.length,
        };
      });
    },
  };
}

/** What the champion says of the rows that it is judged on, of the current ones, and of those new to the streams. */
interface Asked {
  heldOut: { frame: Frame; answers: Answers };
  current: { frame: Frame; answers: Answers };
  streamed: { frame: Frame; answers: Answers };
}

async function askChampion(
  { spec, dataset, choice, watched, reader }: Work,
  champion: Answerer,
): Promise<Asked> {
  const { parts } = dataset.manifest;
  const fresh = new Set(choice.fresh);
  const ofHeldOut = choice.heldOut.parts === watched.parts ? watched.version.spec : spec;
  const of = (rowIds: Float64Array): Rows => ({ parts, rowIds });
  return {
    heldOut: await askAbout(reader, champion, ofHeldOut, choice.heldOut),
    current: await askAbout(reader, champion, spec, of(choice.current), (id) => fresh.has(id)),
    streamed: await askAbout(reader, champion, spec, of(choice.streamed)),
  };
}

async function checkAll({ artifacts }: Deps, work: Work): Promise<CheckBody> {
  const { spec, watched } = work;
  const gone = missingInputs(watched.version.spec, spec);
  const asked =
    gone.length > 0
      ? undefined
      : await withAnswerer(artifacts, watched.version, (champion) => askChampion(work, champion));
  const importance = await importanceOf(artifacts, watched.version);
  const frames = await dataFrames(work);
  const compared = await compare(work, frames, asked, importance);
  const streams = asked && (await streamsOf(work, asked));
  const performance = asked && (await performanceIn(work, asked));
  const quality = [...goneFindings(gone), ...qualityOf(work, frames)];
  const evidence = asked &&
    streams && {
      alarms: streams.alarms,
      heldOut: asked.heldOut.answers.loss,
      streamed: asked.streamed.answers.loss,
    };
  const report = reportOf(work, { compared, streams, evidence, performance, quality });
  const isSurelyWorse = performance?.isWorse ?? false;
  return { report, isSurelyWorse, memory: memoryAfter(work, report, compared, streams) };
}

const goneFindings = (gone: string[]): Finding[] =>
  gone.map((column) => ({
    check: 'gone',
    column,
    message: 'the champion needs it and the data has it no more',
  }));

/** The watched columns of the data on both sides. */
async function dataFrames({ spec, dataset, watched, choice, reader }: Work) {
  const names = watchedColumns(spec).data;
  const { parts } = dataset.manifest;
  const isChampions = choice.reference.parts === watched.parts;
  const formerSpec = isChampions ? watched.version.spec : spec;
  const formerNames = names.filter((name) => (formerSpec.columns[name]?.kind ?? 'ignored') !== 'ignored');
  return {
    names,
    reference: await reader.rows(formerSpec, formerNames, choice.reference),
    current: await reader.rows(spec, names, { parts, rowIds: choice.current }),
  };
}
type Frames = Awaited<ReturnType<typeof dataFrames>>;

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
type Compared = Awaited<ReturnType<typeof compare>>;

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

async function performanceIn(
  { choice, watched, signal }: Work,
  { heldOut, current }: Asked,
): Promise<Performance> {
  const known = current.answers.loss.reduce((count, loss) => count + Number(!Number.isNaN(loss)), 0);
  const labelled = choice.fresh.length === 0 ? 0 : Math.min(1, known / choice.fresh.length);
  const scored = { heldOut: heldOut.answers.scored, current: current.answers.scored, labelled };
  return await performanceOf(watched.version.spec, scored, signal);
}

/** Rows that came since the last check. */
const arrived = ({ dataset, memory, watched }: Work): number => {
  const lineage = lineageOf(dataset.manifest);
  const { parts } = dataset.manifest;
  if (memory?.lineage === lineage) return idsAfter(parts, memory.streamedRowId).length;
  return lineage === watched.lineage ? idsAfter(parts, lastId(watched.parts)).length : 0;
};

function qualityOf(work: Work, { names, reference, current }: Frames): Finding[] {
  const { dataset, watched, memory } = work;
  return [
    ...cellFindings(names, reference, current),
    ...(dataset.id === watched.dataset.id ? [] : quarantineFindings(watched.dataset.report, dataset.report)),
    ...volumeFindings(memory?.volumes ?? [], arrived(work)),
  ];
}

function reportOf(
  { spec, dataset, watched, choice }: Work,
  found: {
    compared: Compared;
    streams: StreamsResult | undefined;
    evidence: StreamEvidence | undefined;
    performance: Performance | undefined;
    quality: Finding[];
  },
): DriftReport {
  const { compared, streams, evidence, performance, quality } = found;
  const { current, reference, sampled } = choice;
  const judged = judgeReport(compared, evidence, quality);
  const report: Omit<DriftReport, 'advice'> = {
    pipeline: spec.name,
    modelVersion: watched.version.version,
    datasetVersion: dataset.id,
    currentRows: current.length === 0 ? null : { from: current[0], to: current[current.length - 1] },
    rows: { reference: reference.rowIds.length, current: current.length, sampled },
    ...judged,
    columns: compared.columns,
    streams: streams?.report ?? [],
    quality,
    ...(performance && { performance: performance.report }),
    attribution: compared.attribution,
  };
  return { ...report, advice: adviseRetrain(report) };
}

/** A check that had too few rows leaves them for the next, so that they add up; streams see every row at once. */
function memoryAfter(
  work: Work,
  report: DriftReport,
  compared: Compared,
  streams: StreamsResult | undefined,
): MonitorState {
  const { dataset, watched, memory, choice } = work;
  const { parts } = dataset.manifest;
  const lineage = lineageOf(dataset.manifest);
  const before = memory?.lineage === lineage ? memory : undefined;
  const isEnough = compared.verdict !== 'insufficient_data';
  const ofChampion = lineage === watched.lineage ? lastId(watched.parts) : null;
  return {
    lineage,
    modelVersion: watched.version.version,
    comparedRowId: isEnough ? (report.currentRows?.to ?? null) : (before?.comparedRowId ?? ofChampion),
    streamedRowId: streamedUntil(
      choice,
      before?.streamedRowId ?? ofChampion,
      lastId(parts),
      work.spec.drift.maxRows,
    ),
    history: compared.history,
    online: compared.online,
    streams: streams?.states ?? memory?.streams ?? [],
    volumes: [...(memory?.volumes ?? []), arrived(work)].slice(-keptVolumes),
  };
}

/** All rows, but where there were too many for one check. */
function streamedUntil(
  { streamed }: Choice,
  before: number | null,
  newest: number | null,
  maxRows: number,
): number | null {
  if (streamed.length === maxRows) return streamed[streamed.length - 1];
  return newest ?? before;
}
