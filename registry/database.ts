import { eq } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { RelevoError } from '../contracts/errors.ts';
import { createCircuit } from './circuit.ts';
import { pipelines } from './schema/pipelines.ts';

export type Database = NodePgDatabase;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 30_000;
/** A little above the server's own limit, for a server that hangs. */
const answerTimeoutMs = 35_000;

/** @throws RelevoError ENVIRONMENT_INVALID, without the value: it may hold a password. */
export function connectionOptions(databaseUrl: string): pg.ClientConfig {
  if (!URL.canParse(databaseUrl)) {
    throw new RelevoError('ENVIRONMENT_INVALID', 'DATABASE_URL is not a URL', {
      field: 'DATABASE_URL',
      value: '(hidden)',
      expected: 'postgresql://user:password@host:port/database',
    });
  }
  return {
    connectionString: databaseUrl,
    application_name: 'relevo',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void;

/** A pool that says at once that the server is away, once that is known, instead of trying for every caller. */
class WaryPool extends pg.Pool {
  private readonly circuit = createCircuit({
    probe: async () => (await super.connect()).release(),
    suspicious: () => true,
  });

  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | undefined {
    const client = this.circuit.run(() => super.connect());
    if (connected === undefined) return client;
    client.then(
      (given) => connected(undefined, given, (release) => given.release(release)),
      (error: Error) => connected(error, undefined, () => undefined),
    );
    return undefined;
  }
}

/**
 * Connections to PostgreSQL, at most `poolSize`; while the server is known to be away, asking for one fails at once.
 * @throws RelevoError ENVIRONMENT_INVALID where the address is none.
 */
export function openPool(databaseUrl: string, poolSize: number): pg.Pool {
  const pool = new WaryPool({
    ...connectionOptions(databaseUrl),
    max: poolSize,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: answerTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  });
  // An idle connection that breaks is dropped by the pool, and one in use fails its query; each also says so as an
  // event, which without a listener would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Connects at the first query; the pool stays the caller's to end. */
export const openDatabase = (pool: pg.Pool): Database => drizzle(pool);

/**
 * Takes the pipeline's row lock: what changes a pipeline's versions or aliases goes one by one, and ends with the
 * transaction. @throws RelevoError PIPELINE_NOT_FOUND
 */
export async function lockPipeline(tx: Transaction, name: string): Promise<void> {
  const found = await tx
    .select({ name: pipelines.name })
    .from(pipelines)
    .where(eq(pipelines.name, name))
    .for('no key update');
  if (found.length === 0) throw pipelineNotFound(name);
}

/** PIPELINE_NOT_FOUND, for a name that the registry does not have. */
export const pipelineNotFound = (name: string): RelevoError =>
  new RelevoError('PIPELINE_NOT_FOUND', `The registry knows no pipeline "${name}"`, {
    field: 'pipeline',
    value: name,
  });

/** PostgreSQL's text holds every character but NUL. */
export const storableText = (text: string): string => text.replaceAll('\0', '\u{fffd}');
