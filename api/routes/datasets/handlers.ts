import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import { questionId } from '../../../contracts/ids.ts';
import { type ArtifactRef, artifactRefSchema } from '../../../contracts/refs.ts';
import type { DatasetVersion } from '../../../registry/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { languageOf } from '../../http/language.ts';
import { links } from '../../http/links.ts';
import { type ApiContext, createRouter } from '../../openapi.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { comparison, list, report } from './routes.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry' | 'workflows' | 'artifacts' | 'newId'>;

/** The page carries its own scripts and styles and may load nothing. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
const comparedSchema = z.object({ artifacts: z.record(z.string(), artifactRefSchema) });

/**
 * Reports are the pages that the ingest left; a comparison is made while the client waits. A version of another
 * pipeline is DATASET_NOT_FOUND.
 */
export function datasetRoutes({ pipelines, registry, workflows, artifacts, newId }: Deps) {
  const page = async (c: ApiContext, pages: Record<string, ArtifactRef>, name: string) => {
    const ref = pages[languageOf(c)({ en: `${name}-en`, es: `${name}-es` })];
    if (ref === undefined) throw notFound(name, 'Read the source anew: relevo ingest NAME');
    c.header('content-security-policy', policy);
    return c.html(Buffer.from(await artifacts.readBytes(ref)).toString('utf8'), 200);
  };
  const versionOf = async (pipeline: string, id: string | undefined): Promise<DatasetVersion> => {
    const found =
      id === undefined ? await registry.datasets.latest(pipeline) : await registry.datasets.get(id);
    if (found?.pipeline === pipeline) return found;
    throw notFound(id ?? pipeline, `Read its source: relevo ingest ${pipeline}`);
  };

  return createRouter()
    .openapi(list, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const datasets = (await registry.datasets.list(name)).map((version) => ({
        id: version.id,
        source: version.source,
        synthetic: version.synthetic,
        rows: version.rows,
        createdAt: version.createdAt,
        report: { ...version.report },
        links: { report: links.datasetReport(name, version.id) },
      }));
      return c.json({ datasets }, 200);
    })
    .openapi(report, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const version = await versionOf(name, c.req.valid('query').version);
      return await page(c, version.artifacts, 'report');
    })
    .openapi(comparison, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const { from: older, to: newer } = c.req.valid('query');
      const [{ id: from }, { id: to }] = await Promise.all([versionOf(name, older), versionOf(name, newer)]);
      const result = await workflows.ask({
        id: questionId('compare', name, newId()),
        pipeline: name,
        kind: 'compare',
        input: { pipeline: name, from, to },
      });
      return await page(c, comparedSchema.parse(result).artifacts, 'comparison');
    });
}

const notFound = (what: string, remedy: string): RelevoError =>
  new RelevoError('DATASET_NOT_FOUND', `There is no such dataset version or page of one: "${what}"`, {
    field: 'version',
    value: what,
    remedy,
  });
