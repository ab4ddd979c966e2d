import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import { explanationSchema, rowsExplanationSchema } from '../../../contracts/explanation.ts';
import { questionId } from '../../../contracts/ids.ts';
import { type ArtifactRef, artifactRefSchema } from '../../../contracts/refs.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { checkRows } from '../../serving/predict.ts';
import { explain, explanation } from './routes.ts';

type Deps = Pick<ApiDeps, 'champions' | 'workflows' | 'artifacts' | 'newId'>;

const readJson = async (artifacts: ArtifactStore, ref: ArtifactRef): Promise<unknown> =>
  JSON.parse(Buffer.from(await artifacts.readBytes(ref)).toString('utf8'));

export function explanationRoutes({ champions, workflows, artifacts, newId }: Deps) {
  return createRouter()
    .openapi(explain, async (c) => {
      const { pipeline } = c.req.valid('param');
      const { rows, method } = c.req.valid('json');
      const { version } = champions.serving(pipeline);
      checkRows(version.spec, rows, (index) => `rows[${index}]`);
      const about = { name: 'rows.json', mediaType: 'application/json' };
      const ref = await artifacts.putBytes(Buffer.from(JSON.stringify(rows)), about);
      const result = await workflows.ask({
        id: questionId('explain', pipeline, newId()),
        pipeline,
        kind: 'explain',
        input: { pipeline, modelVersion: version.version, rows: ref, method },
      });
      const found = artifactRefSchema.parse((result as { explanation: unknown }).explanation);
      const answer = rowsExplanationSchema.parse(await readJson(artifacts, found));
      return c.json({ modelVersion: version.version, explanation: answer }, 200);
    })
    .openapi(explanation, async (c) => {
      const { version } = champions.serving(c.req.valid('param').pipeline);
      const ref = version.artifacts.explanation;
      if (ref === undefined)
        throw new RelevoError(
          'MODEL_NOT_FOUND',
          `${version.version} was trained before models were explained`,
          {
            field: 'pipeline',
            value: version.pipeline,
            remedy: `Train it anew: relevo train ${version.pipeline}`,
          },
        );
      const answer = explanationSchema.parse(await readJson(artifacts, ref));
      return c.json({ modelVersion: version.version, explanation: answer }, 200);
    });
}
