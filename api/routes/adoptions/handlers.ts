import { z } from 'zod';
import { questionId } from '../../../contracts/ids.ts';
import type { ApiDeps } from '../../deps.ts';
import { links } from '../../http/links.ts';
import { createRouter } from '../../openapi.ts';
import { pipelineGuard } from '../mlflow/access.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { registeredModel } from './registered-model.ts';
import { adopt } from './routes.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry' | 'artifacts' | 'workflows' | 'newId'>;

const resultSchema = z.object({ version: z.string() });

/** Waits for the workflow that checks and registers the model: 201 names a version that contends, no champion yet. */
export function adoptionRoutes({ pipelines, registry, artifacts, workflows, newId }: Deps) {
  const guard = pipelineGuard({ pipelines });
  return createRouter().openapi(adopt, async (c) => {
    const { name: pipeline } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
    const input = await registeredModel({ registry, artifacts }, pipeline, c.req.valid('json'), (name) =>
      guard(c, 'read', name),
    );
    const id = questionId('adopt', pipeline, newId());
    const answer = await workflows.ask({ id, pipeline, kind: 'adopt', input });
    const { version } = resultSchema.parse(answer);
    return c.json({ pipeline, version, links: { self: links.model(pipeline, version) } }, 201);
  });
}
