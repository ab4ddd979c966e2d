import { unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Environment } from '../contracts/env.ts';
import { RelevoError } from '../contracts/errors.ts';
import { readPem } from '../net/pem.ts';

type TlsSettings = Pick<Environment, 'RELEVO_TLS_CERT' | 'RELEVO_TLS_KEY'>;

/** What a server needs to speak TLS, as PEM. */
export interface Certificate {
  cert: Buffer;
  key: Buffer;
  minVersion: 'TLSv1.2';
}

/** Certificates are often renewed through links that change, which no event of a file tells. */
const lookEveryMs = 5_000;

/**
 * The certificate of the settings; undefined where the API speaks plain HTTP.
 * @throws RelevoError ENVIRONMENT_INVALID where a file is missing, is no PEM, or the key is another certificate's.
 */
export async function readCertificate(settings: TlsSettings): Promise<Certificate | undefined> {
  const { RELEVO_TLS_CERT: certPath, RELEVO_TLS_KEY: keyPath } = settings;
  if (certPath === undefined && keyPath === undefined) return undefined;
  const cert = await readSetting('RELEVO_TLS_CERT', certPath);
  const key = await readSetting('RELEVO_TLS_KEY', keyPath);
  const certificate = { cert, key, minVersion: 'TLSv1.2' } as const;
  try {
    createSecureContext(certificate);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RelevoError(
      'ENVIRONMENT_INVALID',
      `RELEVO_TLS_CERT and RELEVO_TLS_KEY cannot be used together: ${reason}.`,
      { field: 'RELEVO_TLS_CERT', value: certPath, expected: 'a PEM certificate chain and its own PEM key' },
    );
  }
  return certificate;
}

async function readSetting(field: keyof TlsSettings, path: string | undefined): Promise<Buffer> {
  const expected =
    'the path of a PEM file, set together with the other of RELEVO_TLS_CERT and RELEVO_TLS_KEY';
  if (path === undefined)
    throw new RelevoError('ENVIRONMENT_INVALID', `${field} is not set.`, { field, expected });
  return await readPem(field, path, expected);
}

/**
 * Gives the server a renewed certificate when its files change or at SIGHUP; connections go on. One that cannot be used
 * is logged, and the old one stays.
 */
export function followCertificate(
  server: Server,
  settings: TlsSettings,
  log: Pick<Logger, 'info' | 'error'>,
  everyMs = lookEveryMs,
): { stop(): void } {
  const renew = (): void => {
    readCertificate(settings).then(
      (certificate) => {
        if (certificate === undefined) return;
        server.setSecureContext(certificate);
        log.info('The TLS certificate was read again');
      },
      (error: unknown) => log.error({ err: error }, 'The TLS certificate cannot be read; the old one stays'),
    );
  };
  const paths = [settings.RELEVO_TLS_CERT, settings.RELEVO_TLS_KEY].filter((path) => path !== undefined);
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, renew);
  process.on('SIGHUP', renew);
  return {
    stop() {
      for (const path of paths) unwatchFile(path, renew);
      process.off('SIGHUP', renew);
    },
  };
}
