import { z } from 'zod';
import { type ErrorDetails, isErrorCode, RelevoError } from '../../contracts/errors.ts';

/** Talks to the API; every failure is a RelevoError. */
export interface ApiClient {
  baseUrl: string;
  get<S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal): Promise<z.output<S>>;
  post<S extends z.ZodType>(
    path: string,
    body: unknown,
    schema: S,
    signal?: AbortSignal,
  ): Promise<z.output<S>>;
  /** Sends a file as it is, for as long as it takes. */
  upload<S extends z.ZodType>(
    path: string,
    file: Blob,
    type: string,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>>;
  /** The raw response of a stream, its status checked. */
  stream(path: string, signal: AbortSignal): Promise<Response>;
}

const answerTimeoutMs = 60_000;

function unreachable(baseUrl: string, cause: unknown): RelevoError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
  return new RelevoError(
    'API_UNREACHABLE',
    `No answer from the API at ${baseUrl}${reason ? ` (${reason})` : ''}`,
    { remedy: 'Start it with "relevo up", or name its address with --url or RELEVO_PORT.' },
    { cause },
  );
}

const issueSchema = z.object({
  field: z.string().optional(),
  value: z.unknown().optional(),
  expected: z.string().optional(),
  where: z.string().optional(),
});
const errorSchema = z.object({
  error: issueSchema.extend({
    code: z.string().refine(isErrorCode),
    message: z.string(),
    issues: z.array(issueSchema).optional(),
    remedy: z.string().optional(),
    requestId: z.string().optional(),
  }),
});

function failureOf(status: number, text: string, url: string): RelevoError {
  const parsed = errorSchema.safeParse(parseJson(text));
  if (!parsed.success) return foreign(`${url} answered ${status}`, {});
  const { code, message, requestId, ...details } = parsed.data.error;
  const cause = requestId === undefined ? undefined : new Error(`request ${requestId}`);
  return new RelevoError(code, message, details, { cause });
}

const foreign = (what: string, details: ErrorDetails): RelevoError =>
  new RelevoError('API_UNREACHABLE', `${what}, but not as Relevo's API does`, {
    ...details,
    remedy: "Check that --url or RELEVO_PORT names Relevo's API, and that both are of one version.",
  });

/** `language`: of the titles that the API answers with; `key`: what it is shown of who asks. */
export function createApiClient(baseUrl: string, language: string, key?: string): ApiClient {
  const own = {
    'accept-language': language,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };

  async function request(path: string, init: RequestInit): Promise<Response> {
    try {
      const headers = { ...own, ...init.headers };
      return await fetch(baseUrl + path, { ...init, headers });
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError') throw cause;
      throw unreachable(baseUrl, cause);
    }
  }

  async function answer<S extends z.ZodType>(
    path: string,
    schema: S,
    init: RequestInit,
    signal?: AbortSignal,
  ): Promise<z.output<S>> {
    const timeout = AbortSignal.timeout(answerTimeoutMs);
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    return await parsed(path, schema, await request(path, { ...init, signal: either }));
  }

  async function parsed<S extends z.ZodType>(
    path: string,
    schema: S,
    response: Response,
  ): Promise<z.output<S>> {
    const text = await response.text();
    const read = schema.safeParse(parseJson(text));
    // some answers that are no success carry what was asked for, such as /ready while it is not
    if (read.success) return read.data;
    if (!response.ok) throw failureOf(response.status, text, baseUrl + path);
    const { path: field, message } = read.error.issues[0];
    throw foreign(`${baseUrl + path} answered`, { field: field.join('.'), expected: message });
  }

  return {
    baseUrl,
    get: (path, schema, signal) => answer(path, schema, {}, signal),
    post(path, body, schema, signal) {
      const headers = { 'content-type': 'application/json' };
      return answer(path, schema, { method: 'POST', headers, body: JSON.stringify(body) }, signal);
    },
    async upload(path, file, type, schema, signal) {
      const init = { method: 'POST', headers: { 'content-type': type }, body: file, signal };
      return await parsed(path, schema, await request(path, init));
    },
    async stream(path, signal) {
      const response = await request(path, { headers: { accept: 'text/event-stream' }, signal });
      if (!response.ok) throw failureOf(response.status, await response.text(), baseUrl + path);
      return response;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is given of a query's fields, in their order. */
export function queryOf(given: Record<string, string | number | undefined>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, String(value));
  return query;
}

/** A run's id holds slashes; in a path it is one segment. */
export const pathSegment = (id: string): string => encodeURIComponent(id);
