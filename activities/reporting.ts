import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef, Part } from '../contracts/refs.ts';
import type { CompareInput, CompareResult } from '../contracts/runs.ts';
import { readFrame } from '../data/datasets.ts';
import { edaComparison, edaSummary } from '../data/eda/index.ts';
import { forecastColumns, historyTail } from '../inference/history.ts';
import type { DatasetRegistry, PipelineRegistry } from '../registry/types.ts';
import { comparisonHtml, edaHtml } from '../reports/eda/index.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson } from './json.ts';
import { localPaths, partsWith } from './parts.ts';
import { withScratch } from './scratch.ts';
import { loadSpec } from './specs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { datasets: Pick<DatasetRegistry, 'get'>; pipelines: Pick<PipelineRegistry, 'get'> };
  scratchDir: string;
}

export interface ReportInput {
  spec: ArtifactRef;
  source: string;
  synthetic: boolean;
  continues?: string;
  parts: Part[];
  replaces?: number;
}

const languages = ['en', 'es'] as const;

/** What people and forecasts read of a dataset version. */
export function createReportActivities({ artifacts, registry, scratchDir }: Deps) {
  const putHtml = (name: string, html: string): Promise<ArtifactRef> =>
    artifacts.putBytes(Buffer.from(html), { name: `${name}.html`, mediaType: 'text/html; charset=utf-8' });

  const putPages = async (name: string, html: (language: 'en' | 'es') => string) =>
    Object.fromEntries(
      await Promise.all(
        languages.map(async (language) => [
          `${name}-${language}`,
          await putHtml(`${name}-${language}`, html(language)),
        ]),
      ),
    ) as Record<string, ArtifactRef>;

  const historyOf = async (spec: PipelineSpec, paths: string[]): Promise<Record<string, ArtifactRef>> => {
    if (!spec.forecast) return {};
    const { forecast } = spec;
    const frame = await readFrame(paths, spec, { columns: forecastColumns(forecast) });
    const bytes = historyTail({ ...spec, forecast }, frame);
    const about = { name: 'history.bin', mediaType: 'application/octet-stream' };
    return { history: await artifacts.putBytes(bytes, about) };
  };

  return {
    /** Describes the version that the parts make together: a page in each language, and what a forecast looks up. */
    async reportDataset(input: ReportInput): Promise<Record<string, ArtifactRef>> {
      const spec = await loadSpec(artifacts, input.spec);
      const before = input.continues ? (await registry.datasets.get(input.continues)).manifest.parts : [];
      const paths = await localPaths(artifacts, partsWith(before, input));
      return await withHeartbeat('describe', async ({ signal }) => {
        const summary = await withScratch(scratchDir, (tempDir) =>
          edaSummary(paths, spec, { tempDir, signal }),
        );
        const about = { source: input.source, synthetic: input.synthetic };
        return {
          ...(await putPages('report', (language) => edaHtml({ ...summary, ...about }, language))),
          summary: await putJson(artifacts, 'summary.json', summary),
          ...(await historyOf(spec, paths)),
        };
      });
    },

    /** What differs between two versions, column by column. */
    async compareDatasets({ from, to }: CompareInput): Promise<CompareResult> {
      const [before, after] = await Promise.all([registry.datasets.get(from), registry.datasets.get(to)]);
      return await withHeartbeat('compare', async ({ signal }) => {
        const comparison = await edaComparison(
          { version: before.id, paths: await localPaths(artifacts, before.manifest.parts) },
          { version: after.id, paths: await localPaths(artifacts, after.manifest.parts) },
          (await registry.pipelines.get(after.pipeline)).spec,
          { signal },
        );
        const pages = await putPages('comparison', (language) => comparisonHtml(comparison, language));
        return {
          artifacts: { comparison: await putJson(artifacts, 'comparison.json', comparison), ...pages },
        };
      });
    },
  };
}
