import type { z } from '@hono/zod-openapi';
import { errorDocsUrl } from '../../../contracts/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { links } from '../../http/links.ts';
import type { RunRecord } from '../../runs/run-book.ts';
import { errorOfRun } from '../../temporal/failure.ts';
import type { linksSchema, runSchema } from './routes.ts';

type Ui = ApiDeps['temporalUi'];

/**
 * Where a run is looked at, followed and cancelled. `temporalUi` leads to this execution, not to a later one of the id.
 */
export function runLinks(id: string, workflowRunId: string, ui: Ui): z.input<typeof linksSchema> {
  const self = links.run(id);
  const inUi =
    ui &&
    `${ui.url}/namespaces/${encodeURIComponent(ui.namespace)}/workflows/${encodeURIComponent(id)}/${workflowRunId}/history`;
  return { self, events: `${self}/events`, cancel: `${self}/cancel`, temporalUi: inUi };
}

/**
 * A run as the API answers it. A failure keeps the workflow's message; a code that is not in the catalogue is INTERNAL.
 */
export function runView({ error, activities, ...run }: RunRecord, ui: Ui): z.input<typeof runSchema> {
  const known = error && errorOfRun(error);
  return {
    ...run,
    ...(activities === undefined ? {} : { activities }),
    ...(error && known
      ? {
          error: {
            code: known.code,
            message: error.message,
            docs: errorDocsUrl(known.code),
            details: error.details,
          },
        }
      : {}),
    links: runLinks(run.id, run.workflowRunId, ui),
  };
}
