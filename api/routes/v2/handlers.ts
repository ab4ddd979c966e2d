import packageJson from '../../../package.json' with { type: 'json' };
import type { ApiDeps } from '../../deps.ts';
import { limitedBody } from '../../http/middleware.ts';
import { limits } from '../../limits.ts';
import { type ApiContext, createRouter } from '../../openapi.ts';
import type { PinnedModels } from '../../serving/champions/pinned.ts';
import type { Lineup } from '../../serving/routing/lineup.ts';
import { answerRows } from '../../serving/rows/answers.ts';
import { headerKey } from '../../serving/rows/request.ts';
import { type AnsweringDeps, predictDeps } from '../predictions/answer.ts';
import { modelMetadata } from './metadata.ts';
import { inflated, readInference } from './request.ts';
import { wantedOutputs, writeAnswer } from './response.ts';
import * as routes from './routes.ts';
import { rowsOf } from './rows.ts';

type Deps = AnsweringDeps & Pick<ApiDeps, 'registry'>;

/** Versions that a model's metadata lists. */
const listedVersions = 50;
const headerLengthName = 'inference-header-content-length';

/** Open Inference Protocol V2 over REST: a pipeline is a model. */
export function v2Routes(deps: Deps, pinned: PinnedModels) {
  const { champions, registry } = deps;
  const router = createRouter();
  const infer = createInfer(deps, pinned);

  /** All that are registered; while the registry is away, what is in memory. */
  const versionsOf = async (pipeline: string, serving: string): Promise<string[]> => {
    const listed = await registry.models.list(pipeline, { limit: listedVersions }).catch(() => []);
    return listed.length === 0 ? [serving] : listed.map(({ version }) => version);
  };

  for (const route of [routes.inferModel, routes.inferVersion]) router.openAPIRegistry.registerPath(route);
  for (const path of ['/v2/models/:model/infer', '/v2/models/:model/versions/:version/infer'] as const)
    router.post(path, limitedBody(limits.predictBodyBytes), (c) =>
      infer(c, c.req.param('model'), c.req.param('version')),
    );

  return router
    .openapi(routes.server, (c) =>
      c.json({ name: 'relevo', version: packageJson.version, extensions: ['binary_tensor_data'] }, 200),
    )
    .openapi(routes.live, (c) => c.json({ live: true as const }, 200))
    .openapi(routes.ready, (c) => {
      const isReady = champions.all().length > 0 || champions.known;
      return c.json({ ready: isReady }, isReady ? 200 : 503);
    })
    .openapi(routes.metadata, async (c) => {
      const { version } = champions.serving(c.req.valid('param').model);
      return c.json(modelMetadata(version, await versionsOf(version.pipeline, version.version)), 200);
    })
    .openapi(routes.versionMetadata, async (c) => {
      const { model, version } = c.req.valid('param');
      champions.serving(model);
      return c.json(modelMetadata(await registry.models.get(model, version), [version]), 200);
    })
    .openapi(routes.modelReady, (c) => {
      const { model } = c.req.valid('param');
      champions.serving(model);
      return c.json({ name: model, ready: true as const }, 200);
    })
    .openapi(routes.versionReady, async (c) => {
      const { model, version } = c.req.valid('param');
      await pinned.use(model, version, async () => undefined);
      return c.json({ name: model, ready: true as const }, 200);
    });
}

function createInfer(deps: Deps, pinned: PinnedModels) {
  const predicting = predictDeps(deps);
  return async (c: ApiContext, model: string, version: string | undefined): Promise<Response> => {
    const startedMs = performance.now();
    const body = await inflated(Buffer.from(await c.req.arrayBuffer()), c.req.header('content-encoding'));
    const inference = readInference(body, {
      headerLength: c.req.header(headerLengthName),
      mediaType: c.req.header('content-type'),
    });
    const requestId = c.get('requestId');
    const key = headerKey(c.req.header('x-relevo-key'));
    const asker = { requestId, startedMs, key, bodyBytes: body.length };

    const answer = async (lineup: Lineup): Promise<Response> => {
      const { spec } = lineup.champion.version;
      const wanted = wantedOutputs(spec, inference);
      const rows = rowsOf(spec, inference.inputs);
      const answers = await answerRows(lineup, { rows }, asker, {
        ...predicting,
        // A version that was asked for by name is never replaced by another.
        ...(version === undefined ? {} : { lineup: () => lineup }),
      });
      const written = writeAnswer({ name: model, spec }, inference.id ?? requestId, wanted, answers);
      return c.body(new Uint8Array(written.body), 200, {
        'content-type': written.jsonBytes === undefined ? 'application/json' : 'application/octet-stream',
        ...(written.jsonBytes === undefined ? {} : { [headerLengthName]: String(written.jsonBytes) }),
      });
    };
    return version === undefined
      ? await answer(deps.champions.lineup(model))
      : await pinned.use(model, version, answer);
  };
}
