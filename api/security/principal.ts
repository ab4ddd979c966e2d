import { everyPipeline, type Grant } from '../../contracts/security.ts';

export type PrincipalKind = 'nobody' | 'key' | 'token' | 'session' | 'development';

/** Who asks, as far as it was proved. */
export interface Principal {
  kind: PrincipalKind;
  /** For records: `key:3f9a…`, `user:ana`, `token:plant-7`. Holds no secret. */
  actor: string;
  /** What it may do, pipeline by pipeline; a role for `*` is one for all. */
  grants: readonly Grant[];
}

/** A request without any credential. */
export const nobody: Principal = { kind: 'nobody', actor: 'nobody', grants: [] };

/** Whoever asks while authentication is off: on loopback, in development. */
export const developer: Principal = {
  kind: 'development',
  actor: 'development',
  grants: [{ role: 'admin', pipeline: everyPipeline }],
};
