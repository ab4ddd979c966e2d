import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { RelevoError, showValue } from './errors.ts';
import { bucketAddress, type ObjectStoreSettings } from './source.ts';

const port = z.coerce.number().int().min(1).max(65_535);
const optionalText = z.string().trim().min(1).optional();
/** Texts separated by commas; none where absent. */
const listOf = (item: z.ZodType<string, string>) =>
  z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((text) => text.trim() || []))
    .pipe(z.array(item));

/** Every setting of Relevo, parsed once per process; nothing else reads `process.env`. */
export const environmentSchema = z.object({
  RELEVO_HOME: z
    .string()
    .default('.relevo')
    .transform((path) => resolve(path)),
  RELEVO_DATA: optionalText.transform((path) => (path === undefined ? undefined : resolve(path))),
  /** Folder with one folder per pipeline, whose new files are ingested as they come; `s3://bucket/prefix` for a bucket. */
  RELEVO_WATCH: optionalText
    .refine(
      (place) => !place?.startsWith('s3://') || bucketAddress(place) !== undefined,
      's3://bucket/prefix',
    )
    .transform((place) => (place === undefined || bucketAddress(place) ? place : resolve(place))),
  /** The object store, such as http://minio:9000; Amazon's own where absent. */
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  AWS_REGION: optionalText,
  RELEVO_HOST: z.string().default('127.0.0.1'),
  RELEVO_PORT: port.default(3000),
  RELEVO_POSTGRES_PORT: port.default(5433),
  RELEVO_TEMPORAL_PORT: port.default(7233),
  RELEVO_TEMPORAL_UI_PORT: port.default(8233),
  /** Processes of the API on its port; as many as half the cores, at most 4, where absent. */
  RELEVO_API_PROCESSES: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(Math.max(1, Math.min(4, availableParallelism() >> 1))),
  /** How long the API says that it drains before it takes no more connections. */
  RELEVO_DRAIN_SECONDS: z.coerce.number().min(0).max(600).default(0),
  /** Threads of native training; recorded with the model, since it is part of its bits. */
  RELEVO_THREADS: z.coerce.number().int().min(1).max(64).default(2),
  /** Activities of the compute worker at once. */
  RELEVO_COMPUTE_SLOTS: z.coerce.number().int().min(1).max(64).default(2),
  /** Prometheus endpoint of the control worker; the compute worker's is on the next port. Off where absent. */
  RELEVO_WORKER_METRICS_PORT: port.max(65_534).optional(),
  RELEVO_LANG: z.enum(['en', 'es']).default('en'),
  RELEVO_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where programs that several clones share are kept (the Temporal server). */
  RELEVO_CACHE: optionalText.transform((path) => resolve(path ?? join(homedir(), '.cache', 'relevo'))),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^:/]+:\d+$/, 'host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: optionalText,
  TEMPORAL_TLS_CERT: optionalText,
  TEMPORAL_TLS_KEY: optionalText,
  /** Where alerts are posted as JSON; signed where there is a secret. */
  RELEVO_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  RELEVO_WEBHOOK_SECRET: optionalText,
  /** The mail server that alerts are sent by, to the addresses of RELEVO_ALERT_EMAIL. */
  RELEVO_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  RELEVO_ALERT_EMAIL: z
    .string()
    .transform((list) => list.split(',').map((address) => address.trim()))
    .pipe(z.array(z.email()).min(1))
    .optional(),
  /** Networks that URLs from outside may lead to though they are not public, in CIDR form. */
  RELEVO_ALLOWED_NETWORKS: listOf(z.union([z.cidrv4(), z.cidrv6()])),
  /** AES-256 keys of Temporal payloads by id, as JSON or the path of such a file; the first encrypts, all decrypt. */
  RELEVO_PAYLOAD_KEYS: optionalText,
  /** Where pages may call the codec endpoint from, beside the embedded Temporal UI. */
  RELEVO_CODEC_ORIGINS: listOf(z.url({ protocol: /^https?$/ })),
  /** `production` demands authentication whatever the address. */
  NODE_ENV: optionalText,
  /** Whether the API asks who calls: `none` on loopback in development only. By the address where absent. */
  RELEVO_AUTH: z.enum(['none', 'required']).optional(),
  /** The key that the command line shows the API. */
  RELEVO_API_KEY: optionalText,
  /** Who signs tokens and for whom; a token of another issuer or for another audience opens nothing. */
  RELEVO_JWT_ISSUER: optionalText,
  RELEVO_JWT_AUDIENCE: optionalText,
  /** What tokens are checked with: a shared secret (HS256), the path of a PEM public key (RS256, ES256), a key set's URL. */
  RELEVO_JWT_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  RELEVO_JWT_PUBLIC_KEY: optionalText,
  RELEVO_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where a token says its roles, dots between the levels. */
  RELEVO_ROLES_CLAIM: z.string().default('roles'),
  /** Where people reach the API, for the identity provider to send them back to. */
  RELEVO_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  RELEVO_OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  RELEVO_OIDC_CLIENT_ID: optionalText,
  RELEVO_OIDC_CLIENT_SECRET: optionalText,
  /** Requests a second of one key and of one address; no limit where absent. */
  RELEVO_RATE_PER_KEY: z.coerce.number().positive().max(1e6).optional(),
  RELEVO_RATE_PER_ADDRESS: z.coerce.number().positive().max(1e6).optional(),
  /** Proxies whose `x-forwarded-for` is believed, in CIDR form. */
  RELEVO_TRUSTED_PROXIES: listOf(z.union([z.cidrv4(), z.cidrv6()])),
  /** Origins of web pages that may call the API, such as https://control.plant.example. */
  RELEVO_CORS_ORIGINS: listOf(z.url({ protocol: /^https?$/ })),
  /** PEM files of the API's certificate chain and its key; both or none. */
  RELEVO_TLS_CERT: optionalText,
  RELEVO_TLS_KEY: optionalText,
  /** Which requests the log has a line of: `all` (routine ones at level debug), those that failed, none. */
  RELEVO_ACCESS_LOG: z.enum(['all', 'errors', 'off']).default('all'),
  /** Whether the log may repeat what clients sent. */
  RELEVO_LOG_INPUTS: z.stringbool().default(false),
  /** Base URL of an OTLP receiver over HTTP; traces are off where absent. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Share of predictions that are traced where traces are on. */
  RELEVO_TRACE_PREDICTIONS: z.coerce.number().min(0).max(1).default(0),
  XGBOOST_LIB: optionalText,
  LIGHTGBM_LIB: optionalText,
});
export type Environment = z.infer<typeof environmentSchema>;

/**
 * Threads of one trial of a search: trials that run at once share the training's threads, since two fits with one
 * thread each are done sooner than two in turn with two.
 */
export const trialThreads = (env: Pick<Environment, 'RELEVO_THREADS' | 'RELEVO_COMPUTE_SLOTS'>): number =>
  Math.floor(env.RELEVO_THREADS / Math.min(env.RELEVO_THREADS, env.RELEVO_COMPUTE_SLOTS));

/** What watched folders lie below, where there is such a folder. */
export function watchRoot({ RELEVO_WATCH, RELEVO_DATA }: Pick<Environment, 'RELEVO_WATCH' | 'RELEVO_DATA'>) {
  return RELEVO_WATCH === undefined || bucketAddress(RELEVO_WATCH) ? RELEVO_DATA : RELEVO_WATCH;
}

/** The object store of the settings. */
export const objectStoreOf = ({
  S3_ENDPOINT,
  AWS_REGION,
}: Pick<Environment, 'S3_ENDPOINT' | 'AWS_REGION'>): ObjectStoreSettings => ({
  endpoint: S3_ENDPOINT,
  region: AWS_REGION,
});

/** Names whose values never appear in an error or a log. */
const secrets = new Set([
  'DATABASE_URL',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS_KEY',
  'RELEVO_WEBHOOK_URL',
  'RELEVO_WEBHOOK_SECRET',
  'RELEVO_SMTP_URL',
  'RELEVO_API_KEY',
  'RELEVO_JWT_SECRET',
  'RELEVO_OIDC_CLIENT_SECRET',
  'RELEVO_PAYLOAD_KEYS',
]);

/** @throws RelevoError ENVIRONMENT_INVALID naming each variable, its value (secrets apart) and what was expected. */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => {
    const field = String(issue.path[0]);
    const value = secrets.has(field) ? '(hidden)' : given[field];
    return { field, value, expected: issue.message };
  });
  const lines = issues.map(({ field, value, expected }) => `${field}=${showValue(value)}: ${expected}`);
  throw new RelevoError('ENVIRONMENT_INVALID', `Wrong setting: ${lines.join('; ')}`, {
    ...issues[0],
    issues: issues.slice(1),
  });
}

let current: Environment | undefined;
/** The process's settings, parsed at first use. */
export function environment(): Environment {
  current ??= parseEnvironment(process.env);
  return current;
}
