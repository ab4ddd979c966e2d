import type { Logger } from 'pino';
import { z } from 'zod';
import type { AuditRegistry, NewAuditEvent } from '../../../registry/access/types.ts';
import type { Metrics } from '../../metrics.ts';
import { createCatchUp } from '../../spool/catch-up.ts';
import { openSpool, type Spool } from '../../spool/spool.ts';
import { databaseWithin } from '../../within.ts';
import { auditEventFields } from './event-fields.ts';

/** What became of records: in the database, on disk for now, in the database after all, put aside, or in the error log alone. */
export type AuditLogOutcome = 'written' | 'spooled' | 'caught-up' | 'refused' | 'lost';

/** Takes records of changes to the database, or to disk while it is away. */
export interface AuditLog {
  /** Resolves when the record is in the database or on disk; one that neither takes is in the error log. */
  add(event: NewAuditEvent): Promise<void>;
  readonly state: AuditLogState;
  close(): Promise<void>;
}
export interface AuditLogState {
  /** Above 0 while the database is away, and until they are brought home. */
  spooledRecords: number;
  spooledBytes: number;
}

/** The suffix names the format, so that what another release wrote is not misread. */
const suffix = '.audit1';
/** On disk at most, while the database is away: some hundred thousand records. */
const maxBytes = 256 * 1024 * 1024;

const spooledSchema = z.object({ eventKey: z.string(), ...auditEventFields });

export interface AuditLogOptions {
  /** Adds a record, once for a key however often it is called. */
  registry: Pick<AuditRegistry, 'add'>;
  spool: Spool;
  counted(outcome: AuditLogOutcome, records: number): void;
  log: Logger;
  /** Makes keys that ascend with time. */
  newId(): string;
  /** A database that takes longer counts as away. */
  timeoutMs?: number;
  retryMs?: { first: number; longest: number };
}

/**
 * While records wait on disk those after them go there too, so that a process's records reach the database in their
 * order. One whose answer did not come is on disk as well, and is not doubled.
 */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { registry, spool, counted, log, newId } = options;
  const { timeoutMs = 3_000, retryMs = { first: 250, longest: 10_000 } } = options;

  const write = (event: NewAuditEvent): Promise<void> => databaseWithin(timeoutMs, registry.add(event));
  const catchUp = createCatchUp({
    ...{ spool, counted, log, retryMs },
    async deliver(data) {
      await write(eventFrom(data));
      return 1;
    },
  });
  const keep = async (key: string, event: NewAuditEvent): Promise<boolean> => {
    try {
      return await spool.put(key, Buffer.from(JSON.stringify(event)));
    } catch (error) {
      log.error({ err: error }, 'records of changes cannot be written to disk');
      return false;
    }
  };

  if (spool.files > 0) catchUp.begin();
  return {
    async add(given) {
      const key = newId();
      const event = { ...given, eventKey: key, at: new Date().toISOString() };
      if (spool.files === 0) {
        try {
          await write(event);
          return counted('written', 1);
        } catch (error) {
          log.warn({ err: error }, 'a change is recorded on disk: the database does not take it');
        }
      }
      const isKept = await keep(key, event);
      counted(isKept ? 'spooled' : 'lost', 1);
      if (isKept) catchUp.begin();
      else log.error({ audit: event }, 'a change could not be recorded');
    },
    get state() {
      return { spooledRecords: spool.files, spooledBytes: spool.bytes };
    },
    close: () => catchUp.close(),
  };
}

export type AuditLogTiming = Pick<AuditLogOptions, 'timeoutMs' | 'retryMs'>;

/** @param options.folder where records wait while the database is away; what it holds already is brought home */
export async function openAuditLog(
  options: Pick<AuditLogOptions, 'registry' | 'log' | 'newId'> & {
    folder: string;
    metrics: Metrics;
    timing?: AuditLogTiming;
  },
): Promise<AuditLog> {
  const { registry, log, newId, folder, metrics, timing = {} } = options;
  const spool = await openSpool(folder, { suffix, maxBytes });
  const audit = createAuditLog({ ...{ registry, log, newId, spool }, ...timing, counted: metrics.audited });
  metrics.onAuditScrape(() => audit.state);
  return audit;
}

/** @throws RangeError where the file was cut off, or holds something else */
function eventFrom(data: Buffer): NewAuditEvent {
  try {
    return spooledSchema.parse(JSON.parse(data.toString('utf8')));
  } catch (error) {
    throw new RangeError('a record of a change that is none', { cause: error });
  }
}
