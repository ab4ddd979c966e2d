import { type ErrorCode, errorCatalogue } from '../contracts/errors.ts';
import type { ApiApp } from './app.ts';
import { ruleOf } from './security/permissions.ts';

type Document = ReturnType<ApiApp['getOpenAPI31Document']>;
interface Operation {
  responses?: Record<string, unknown>;
  requestBody?: unknown;
  operationId?: string;
  security?: object[];
}

/** What any request may be answered. */
const anywhere: readonly ErrorCode[] = [
  'REQUEST_INVALID',
  'REQUEST_TIMEOUT',
  'RATE_LIMITED',
  'OVERLOADED',
  'INTERNAL',
];
/** What any request may be answered that not everybody may make. */
const guarded: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'REQUEST_UNPROCESSABLE'];
/** What a request with a body may be answered. */
const withBody: readonly ErrorCode[] = ['BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'];

const tags: Record<string, string> = {
  alerts: 'What needs somebody’s attention',
  batches: 'Many rows, predicted in a durable run',
  contests: 'Challengers against the champion',
  datasets: 'Versions of the data',
  drift: 'Checks of whether the world has moved',
  health: 'The process itself',
  models: 'Registered versions and where the aliases point',
  pages: 'For people, in a browser',
  'open inference protocol': 'Predictions for KServe, Triton and MLServer clients',
  pipelines: 'The systems of this installation',
  predictions: 'Answers, and what turned out',
  runs: 'Durable work',
};

/** The description of the whole API (OpenAPI 3.1), with what all operations have in common. */
export function apiDocument(app: ApiApp, version: string): Document {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Relevo',
      version,
      description: 'Starts durable runs, says what state they are in, answers predictions.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
  });
  visitObjects(document, (node) => {
    sayBounds(node);
    sayLength(node);
  });
  const used = new Set<string>();
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of Object.entries(item))
      if (isOperation(operation)) {
        complete(operation, method, path);
        for (const tag of operation.tags ?? []) used.add(tag);
      }
  document.tags = [...used].sort().map((name) => ({ name, description: tags[name] ?? name }));
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a token (JWT)' },
      key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      session: { type: 'apiKey', in: 'cookie', name: 'relevo_session' },
    },
  };
  return document;
}

function visitObjects(node: unknown, visit: (node: object) => void): void {
  if (typeof node !== 'object' || node === null) return;
  visit(node);
  for (const child of Object.values(node)) visitObjects(child, visit);
}

/** A whole number is one that JavaScript can tell from its neighbours, wherever a schema says no more of it. */
function sayBounds(node: object): void {
  if (!('type' in node && [node.type].flat().includes('integer'))) return;
  const { MIN_SAFE_INTEGER: minimum, MAX_SAFE_INTEGER: maximum } = Number;
  if (!('minimum' in node || 'exclusiveMinimum' in node)) Object.assign(node, { minimum });
  if (!('maximum' in node || 'exclusiveMaximum' in node)) Object.assign(node, { maximum });
}

/**
 * A pair of equal things as a list of two: `prefixItems` alone lets shorter and longer lists by, and Schemathesis
 * mistakes it for another draft's (its issues 3842 and 4099).
 */
function sayLength(node: object): void {
  if (!('prefixItems' in node && Array.isArray(node.prefixItems))) return;
  const { length } = node.prefixItems;
  const [items, ...others] = new Map(node.prefixItems.map((item) => [JSON.stringify(item), item])).values();
  if (others.length > 0) return;
  Reflect.deleteProperty(node, 'prefixItems');
  Object.assign(node, { items, minItems: length, maxItems: length });
}

const isOperation = (value: unknown): value is Operation & { tags?: string[] } =>
  typeof value === 'object' && value !== null && 'responses' in value;

function complete(operation: Operation, method: string, path: string): void {
  const { permission } = ruleOf(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  const isPublic = permission === 'public';
  operation.operationId ??= operationId(method, path);
  operation.security = isPublic ? [] : [{ bearer: [] }, { key: [] }, { session: [] }];
  const schema = { $ref: `#/components/schemas/${path.startsWith('/v2') ? 'V2Error' : 'Error'}` };
  const responses = { ...operation.responses };
  const codes = [
    ...anywhere,
    ...(isPublic ? [] : guarded),
    ...(operation.requestBody === undefined ? [] : withBody),
  ];
  for (const code of codes)
    responses[errorCatalogue[code].status] ??= {
      description: code,
      content: { 'application/json': { schema } },
    };
  operation.responses = responses;
}

/** `get /v1/pipelines/{pipeline}/models` is `getV1PipelinesByPipelineModels`. */
const operationId = (method: string, path: string): string =>
  method +
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? `By${capital(part.slice(1, -1))}` : capital(part)))
    .join('');

const capital = (word: string): string =>
  word
    .split(/[^A-Za-z0-9]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
