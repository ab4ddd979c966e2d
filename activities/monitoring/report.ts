import type { DriftReport } from '../../contracts/drift.ts';
import { adviseRetrain, type CheckResult } from '../../data/drift/check/index.ts';
import type { MonitorState } from '../../registry/types.ts';
import type { Choice } from './choice.ts';
import { arrived } from './data-findings.ts';
import { growthOf } from './growth.ts';
import type { Performance } from './performance.ts';
import { type Finding, keptVolumes } from './quality.ts';
import { lastId, lineageOf } from './row-ids.ts';
import type { StreamsResult } from './streams.ts';
import { judgeReport, type StreamEvidence } from './verdict.ts';
import type { Work } from './work.ts';

/** Everything found, as it is kept. */
export function reportOf(
  { spec, dataset, watched, choice, memory }: Work,
  found: {
    compared: CheckResult;
    joint: DriftReport['joint'];
    streams: StreamsResult | undefined;
    evidence: StreamEvidence | undefined;
    performance: Performance | undefined;
    since: Performance['report']['since'];
    quality: Finding[];
  },
): DriftReport {
  const { compared, joint, streams, evidence, performance, since, quality } = found;
  const { current, reference, sampled } = choice;
  const judged = judgeReport(compared, evidence, quality, performance?.isWorse);
  const growth = growthOf(spec, watched, dataset.manifest, memory, choice.later);
  const report: Omit<DriftReport, 'advice'> = {
    pipeline: spec.name,
    modelVersion: watched.version.version,
    datasetVersion: dataset.id,
    currentRows: current.length === 0 ? null : { from: current[0], to: current[current.length - 1] },
    rows: { reference: reference.rowIds.length, current: current.length, sampled },
    ...judged,
    columns: compared.columns,
    ...(joint && { joint }),
    streams: streams?.report ?? [],
    quality,
    ...(performance && {
      performance: { ...performance.report, ...(judged.verdict === 'drift' && since && { since }) },
    }),
    ...(growth && { growth }),
    attribution: compared.attribution,
  };
  return { ...report, advice: adviseRetrain(report) };
}

/**
 * A check that had too few rows leaves them for the next, so that they add up, until they are as many as the reference
 * has: then it is the reference that is short, and more rows would only hide the newest among old ones. Streams see
 * every row at once.
 */
export function memoryAfter(
  work: Work,
  report: DriftReport,
  found: {
    compared: CheckResult;
    streams: StreamsResult | undefined;
    performance: Performance | undefined;
  },
): MonitorState {
  const { compared, streams, performance } = found;
  const { dataset, watched, memory, choice } = work;
  const { parts } = dataset.manifest;
  const lineage = lineageOf(dataset.manifest);
  const before = memory?.lineage === lineage ? memory : undefined;
  const isEnough =
    compared.verdict !== 'insufficient_data' || choice.current.length >= choice.reference.rowIds.length;
  const ofChampion = lineage === watched.lineage ? lastId(watched.parts) : null;
  const { growth } = report;
  const asked = growth?.isDue
    ? { modelVersion: watched.version.version, newRows: growth.newRows }
    : memory?.asked;
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
    performance: performance ? performance.online : memory?.performance,
    coverage: performance?.coverage ?? memory?.coverage,
    streams: streams?.states ?? memory?.streams ?? [],
    servedOutcome: work.served?.until ?? memory?.servedOutcome,
    volumes: [...(memory?.volumes ?? []), arrived(work)].slice(-keptVolumes),
    ...(asked && { asked }),
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
