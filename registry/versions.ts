import { RelevoError } from '../contracts/errors.ts';

export interface Semver {
  major: number;
  minor: number;
  patch: number;
}

/** The version after `latest`: major where the input schema changed, minor where the model was trained anew. */
export function nextVersion(latest: Semver | undefined, schemaChanged: boolean): Semver {
  if (latest === undefined) return { major: 1, minor: 0, patch: 0 };
  return schemaChanged
    ? { major: latest.major + 1, minor: 0, patch: 0 }
    : { major: latest.major, minor: latest.minor + 1, patch: 0 };
}

/** The next patch of a minor version, whose newest patch is given. */
export const nextPatch = ({ major, minor, patch }: Semver): Semver => ({ major, minor, patch: patch + 1 });

/** `1.4.0`. */
export const formatVersion = ({ major, minor, patch }: Semver): string => `${major}.${minor}.${patch}`;

/** @throws RelevoError REQUEST_INVALID */
export function parseVersion(text: string, field: string): Semver {
  const digits = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(text);
  if (digits === null) {
    throw new RelevoError('REQUEST_INVALID', `"${text}" is not a model version`, {
      field,
      value: text,
      expected: 'major.minor.patch, such as 1.4.0',
    });
  }
  const [major, minor, patch] = digits.slice(1).map(Number);
  return { major, minor, patch };
}
