import { userInfo } from 'node:os';

/** Who asks, for the audit; some containers have no name for their user. */
export function actorName(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return 'cli';
  }
}
