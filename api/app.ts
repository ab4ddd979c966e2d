import { OpenAPIHono } from '@hono/zod-openapi';
import { secureHeaders } from 'hono/secure-headers';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { getPath } from 'hono/utils/url';
import packageJson from '../package.json' with { type: 'json' };
import type { ApiDeps } from './deps.ts';
import { accessLogged } from './http/access-log.ts';
import { errorBodyFor, errorStatusFor } from './http/error-forms.ts';
import { errorHeaders } from './http/error-headers.ts';
import { logFailure } from './http/error-log.ts';
import { toRelevoError } from './http/errors.ts';
import { routedPath } from './http/links.ts';
import { closingWhileDraining, counted, jsonBody, limitedBody, withRequestId } from './http/middleware.ts';
import { traced } from './http/traced.ts';
import { methodsOf, unknownRoute } from './http/unknown-route.ts';
import { limits } from './limits.ts';
import type { ApiContext, ApiEnv } from './openapi.ts';
import { adoptionRoutes } from './routes/adoptions/handlers.ts';
import { alertRoutes } from './routes/alerts/handlers.ts';
import { analyzeRoutes } from './routes/analyze/handlers.ts';
import { auditRoutes } from './routes/audit/handlers.ts';
import { batchRoutes } from './routes/batches/handlers.ts';
import { breakerRoutes } from './routes/breakers/handlers.ts';
import { codecCors } from './routes/codec/cors.ts';
import { codecRoutes } from './routes/codec/handlers.ts';
import { contestRoutes } from './routes/contests/handlers.ts';
import { datasetRoutes } from './routes/datasets/handlers.ts';
import { addDocs } from './routes/docs/handlers.ts';
import { driftRoutes } from './routes/drift/handlers.ts';
import { explanationRoutes } from './routes/explanations/handlers.ts';
import { healthRoutes } from './routes/health/handlers.ts';
import { keyRoutes } from './routes/keys/handlers.ts';
import { mlflowRoutes } from './routes/mlflow/index.ts';
import { modelRoutes } from './routes/models/handlers.ts';
import { outcomeRoutes } from './routes/outcomes/handlers.ts';
import { pageRoutes } from './routes/pages/handlers.ts';
import { refusalFor } from './routes/pages/refusal.ts';
import { pipelineRoutes } from './routes/pipelines/handlers.ts';
import { addPredictions } from './routes/predictions/handlers.ts';
import { loggedRoutes } from './routes/predictions/logged.ts';
import { runRoutes } from './routes/runs/handlers.ts';
import { sessionRoutes } from './routes/session/handlers.ts';
import { predictBatchRoutes } from './routes/short/handlers.ts';
import { v2Routes } from './routes/v2/handlers.ts';
import { createRunBook } from './runs/run-book.ts';
import { audited, stateBefore } from './security/audit/middleware.ts';
import { stateReader } from './security/audit/states.ts';
import { corsFor } from './security/cors.ts';
import { guard } from './security/guard.ts';
import { formPaths } from './security/own-page.ts';
import { createAuthentication } from './security/sessions/authentication.ts';
import { createPinnedModels } from './serving/champions/pinned.ts';

export type ApiApp = OpenAPIHono<ApiEnv>;

/** The API as a function from Request to Response. Every failure is answered as the catalogue has it. */
export function createApp(deps: ApiDeps): ApiApp {
  const app: ApiApp = new OpenAPIHono<ApiEnv>({ getPath: (request) => routedPath(getPath(request)) });
  app.use(accessLogged(deps), withRequestId(deps.newId));
  app.use('/codec/*', codecCors(deps));
  app.use(
    counted(deps),
    traced(deps),
    closingWhileDraining(deps),
    secureHeaders({ strictTransportSecurity: deps.isSecure, overwrite: false }),
    ...(deps.corsOrigins.length === 0 ? [] : [corsFor(deps.corsOrigins)]),
  );
  const changes = { ...deps, stateOf: stateReader(deps.registry) };
  app.use(audited(changes), guard(deps), stateBefore(changes));

  const small = limitedBody(limits.bodyBytes);
  for (const action of ['models', 'runs', 'promote', 'rollback', 'explain', 'breaker', 'contests']) {
    app.post(`/v1/pipelines/:pipeline/${action}`, small, jsonBody);
  }
  app.post('/analyze', small, jsonBody);
  app.post('/predict/batch', limitedBody(limits.predictBodyBytes), jsonBody);
  app.post('/v1/pipelines/:pipeline/contests/:version/:action', small, jsonBody);
  app.post('/v1/alerts/:id/:action', small, jsonBody);
  for (const path of formPaths) app.post(path, small);
  for (const path of ['/v1/session', '/v1/keys', '/v1/keys/:id/rotate']) app.post(path, small, jsonBody);
  app.post('/v1/pipelines/:pipeline/outcomes', limitedBody(limits.outcomesBodyBytes), jsonBody);
  for (const way of ['encode', 'decode'])
    app.post(`/codec/${way}`, limitedBody(limits.codecBodyBytes), jsonBody);
  for (const path of ['/predict', '/v1/pipelines/:pipeline/predict']) {
    app.post(path, limitedBody(limits.predictBodyBytes));
  }

  app.route('/', healthRoutes(deps));
  app.route('/', pipelineRoutes(deps));
  const book = createRunBook(deps.registry, deps.workflows);
  app.route('/', runRoutes(deps, book));
  app.route('/', batchRoutes(deps, book));
  app.route('/', modelRoutes(deps));
  app.route('/', datasetRoutes(deps));
  app.route('/', breakerRoutes(deps));
  app.route('/', contestRoutes(deps));
  app.route('/', explanationRoutes(deps));
  app.route('/', driftRoutes(deps));
  app.route('/', alertRoutes(deps));
  app.route('/', keyRoutes(deps));
  app.route('/', auditRoutes(deps));
  const authentication = createAuthentication(deps);
  app.route('/', sessionRoutes({ ...deps, authentication }));
  app.route('/', pageRoutes({ ...deps, authentication }, packageJson.version));
  app.route('/', outcomeRoutes(deps));
  app.route('/', codecRoutes(deps));
  app.route('/', loggedRoutes(deps));
  app.route('/', adoptionRoutes(deps));
  app.route('/', mlflowRoutes(deps));
  const pinned = createPinnedModels(deps);
  app.route('/', v2Routes(deps, pinned));
  app.route('/', predictBatchRoutes(deps, pinned));
  app.route('/', analyzeRoutes(deps));
  addPredictions(app, deps);
  addDocs(app, packageJson.version);

  const fail = (thrown: unknown, c: ApiContext): Response | Promise<Response> => {
    const error = toRelevoError(thrown);
    const requestId = c.get('requestId');
    logFailure(deps.log, error, { requestId, method: c.req.method, route: c.req.routePath });
    for (const [name, value] of Object.entries(errorHeaders(error))) c.header(name, value);
    const refusal = refusalFor(c, error);
    if (refusal !== undefined) return refusal;
    const status = errorStatusFor(c.req.path, error) as ContentfulStatusCode;
    return c.json(errorBodyFor(c.req.path, error, requestId), status);
  };
  app.onError(fail);
  app.notFound((c) => {
    const methods = methodsOf(app.routes, routedPath(getPath(c.req.raw)));
    if (methods.length > 0) c.header('allow', methods.join(', '));
    return fail(unknownRoute(c.req.method, c.req.path, methods), c);
  });
  return app;
}
