import { adoptedEstimator } from '../../../contracts/adoption.ts';
import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import { explanationSchema, rowsExplanationSchema } from '../../../contracts/explanation.ts';
import { questionId } from '../../../contracts/ids.ts';
import { type ArtifactRef, artifactRefSchema } from '../../../contracts/refs.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { withHistory } from '../../serving/predict.ts';
import { checkRows } from '../../serving/rows/invalid.ts';
import { explain, explanation } from './routes.ts';

type Deps = Pick<ApiDeps, 'champions' | 'workflows' | 'artifacts' | 'newId' | 'histories'>;

const readJson = async (artifacts: ArtifactStore, ref: ArtifactRef): Promise<unknown> =>
  JSON.parse(Buffer.from(await artifacts.readBytes(ref)).toString('utf8'));

/** Rows with what was looked up for them; JSON has no NaN, and null is as missing. */
const cellsOf = (rows: readonly unknown[], history: Record<string, Float64Array> = {}): unknown[] =>
  rows.map((row, at) => ({
    ...(row as object),
    ...Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values[at]])),
  }));

/**
 * Explains answers of the champion in service, by a workflow that the client waits for, and tells what its training
 * found of it as a whole: MODEL_NOT_FOUND where that left nothing of the kind.
 */
export function explanationRoutes({ champions, workflows, artifacts, newId, histories }: Deps) {
  return createRouter()
    .openapi(explain, async (c) => {
      const { pipeline } = c.req.valid('param');
      const { rows, method } = c.req.valid('json');
      const { version } = champions.serving(pipeline);
      const place = (index: number): string => `rows[${index}]`;
      const known = await withHistory(version, { rows, place }, histories);
      checkRows(version.spec, known.rows, place);
      const about = { name: 'rows.json', mediaType: 'application/json' };
      const ref = await artifacts.putBytes(
        Buffer.from(JSON.stringify(cellsOf(known.rows, known.history))),
        about,
      );
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
          version.estimator === adoptedEstimator
            ? `${version.version} was not trained here: there is only its ONNX file to ask`
            : `${version.version} was trained before models were explained`,
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
