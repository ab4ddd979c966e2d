import type { Role } from '../../contracts/security.ts';

/**
 * What a route asks of who calls it: `describe` is what a model takes and how good it is, `read` everything that is
 * known, `predict` answers and outcomes, `operate` runs and models, `administer` keys, users and the audit.
 */
export type Permission = 'public' | 'describe' | 'predict' | 'read' | 'operate' | 'administer';

const permissionsOfRole: Record<Role, readonly Permission[]> = {
  viewer: ['describe', 'read'],
  client: ['describe', 'predict'],
  engineer: ['describe', 'read', 'predict', 'operate'],
  admin: ['describe', 'read', 'predict', 'operate', 'administer'],
};

/**
 * Whether a role has a permission. Roles are no ladder: a `client` may predict and not read, a `viewer` the reverse.
 */
export const mayRole = (role: Role, permission: Permission): boolean =>
  permission === 'public' || permissionsOfRole[role].includes(permission);

/** The roles that a permission comes with, the narrowest first. */
export const rolesWith = (permission: Permission): Role[] =>
  (Object.keys(permissionsOfRole) as Role[]).filter((role) => mayRole(role, permission));
