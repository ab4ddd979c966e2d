import type { ApiDeps } from '../../deps.ts';
import type { ApiContext } from '../../openapi.ts';
import { authorize, mayDo } from '../../security/authorize.ts';
import type { Permission } from '../../security/roles.ts';

/**
 * What clients log is about no pipeline, and the routes' permissions are enough. Where a name is a pipeline's (an
 * experiment that shows its trainings, a registered model that may become its challenger), they need it for that one.
 */
export const pipelineGuard =
  ({ pipelines }: Pick<ApiDeps, 'pipelines'>) =>
  (c: ApiContext, permission: Permission, name: string): void => {
    if (pipelines.some((spec) => spec.name === name)) authorize(c.get('principal'), permission, name);
  };

/** Whether they may see what has the name: a pipeline's, only where they may read that pipeline. */
export const pipelineFilter =
  ({ pipelines }: Pick<ApiDeps, 'pipelines'>) =>
  (c: ApiContext, name: string): boolean =>
    !pipelines.some((spec) => spec.name === name) || mayDo(c.get('principal'), 'read', name);
