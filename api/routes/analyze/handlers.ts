import type { Grouping } from '../../../contracts/analysis.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { authorize } from '../../security/authorize.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { targetView } from '../pipelines/view.ts';
import { analyze } from './routes.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'champions' | 'registry' | 'recording'>;

const mostGroups = 1_000;
const longestDays = 366;
const dayMs = 86_400_000;

/** Aggregates over the prediction log. */
export const analyzeRoutes = ({ pipelines, champions, registry, recording }: Deps) =>
  createRouter().openapi(analyze, async (c) => {
    const { pipeline, from, to, by } = c.req.valid('json');
    const name = pipeline ?? champions.serving().version.pipeline;
    authorize(c.get('principal'), 'read', name);
    const spec = pipelineNamed(pipelines, name);
    checkPeriod(from, to);
    checkGrouping(spec, by, recording.policyOf(name));
    const groups = await registry.analysis.aggregate({
      ...{ from, to, by, pipeline: name, limit: mostGroups + 1 },
      task: spec.task,
      timezone: spec.timezone,
    });
    const truncated = groups.length > mostGroups;
    const { unit } = targetView(spec);
    return c.json({ pipeline: name, from, to, unit, groups: groups.slice(0, mostGroups), truncated }, 200);
  });

function checkPeriod(from: string, to: string): void {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs;
  if (days > 0 && days <= longestDays) return;
  throw new RelevoError('REQUEST_UNPROCESSABLE', `The period from ${from} to ${to} cannot be gathered.`, {
    field: 'to',
    value: to,
    expected: `a moment after "from", at most ${longestDays} days later`,
  });
}

/** A column must be one that the log keeps. */
function checkGrouping(
  spec: PipelineSpec,
  by: Grouping,
  policy: { inputs: boolean; redact: string[] },
): void {
  if (typeof by !== 'object' || !('column' in by)) return;
  const kept = policy.inputs ? spec.inputs.filter((name) => !policy.redact.includes(name)) : [];
  if (kept.includes(by.column)) return;
  throw new RelevoError(
    'REQUEST_UNPROCESSABLE',
    `The log of ${spec.name} keeps no column "${by.column.slice(0, 80)}".`,
    {
      field: 'by.column',
      value: by.column,
      expected: kept.length === 0 ? 'another grouping: the log keeps no inputs' : `one of ${kept.join(', ')}`,
    },
  );
}
