import { describe, expect, it } from 'vitest';
import { checkMediaType } from '../../api/http/json-body.ts';
import { routedPath } from '../../api/http/links.ts';
import { requestIdOf } from '../../api/http/request-id.ts';
import { checkedPath, pathBelowRoot } from '../../api/routes/mlflow/artifact-paths.ts';
import { parseEnvironment } from '../../contracts/env.ts';
import { tokensOf } from '../../registry/mlflow/filter-tokens.ts';
import { openLog } from '../../telemetry/log.ts';
import { parseTraceparent } from '../../telemetry/traceparent.ts';

/**
 * Texts on which a pattern that tries the same letters again and again takes hours: the test then never ends. Headers are
 * no longer than 16 KiB, bodies may be.
 */
const header = 16_000;
const body = 200_000;
const refused = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ name: 'RelevoError' });
  }
};

describe('a pattern ends on the worst of texts', () => {
  it.each([
    `application/${'a'.repeat(header)}!`,
    `application/${'a.'.repeat(header / 2)}+json;${' '.repeat(header)}x`,
    `application/json${' '.repeat(header)}!`,
    `application/json;${' charset='.repeat(2_000)}`,
  ])('for a media type', (type) => refused(() => checkMediaType(type, undefined)));

  it.each(['a'.repeat(header), `${'a-'.repeat(header / 2)}!`])('for a request id', (id) =>
    expect(requestIdOf(id, () => 'own')).toBe('own'),
  );

  it.each([`00-${'0'.repeat(header)}`, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01${' '.repeat(header)}`])(
    'for a traceparent',
    (text) => expect(parseTraceparent(text)).toBeUndefined(),
  );

  it.each([`/v1/runs/${'/events'.repeat(header / 7)}x`, `/v1/runs/${'a/'.repeat(header / 2)}/cancel/`])(
    'for the path of a run',
    (path) => expect(routedPath(path)).toContain('%2F'),
  );

  it.each([
    `'${"''".repeat(9_000)}`,
    `\`${'a'.repeat(19_000)}`,
    `${'a.'.repeat(9_000)}!`,
    `${' '.repeat(19_000)}'`,
    `${'1'.repeat(19_000)}x`,
    `metrics.\`${'.`'.repeat(9_000)}`,
  ])('for a filter of MLflow', (filter) => refused(() => tokensOf(filter)));

  it.each([
    `${'a/'.repeat(body / 2)}..`,
    `mlflow-artifacts:${'/'.repeat(body)}`,
    `mlflow-artifacts:/${'a'.repeat(body)}:`,
    '\ud800'.repeat(body),
  ])('for the path of an artifact', (path) => {
    refused(() => checkedPath(path));
    refused(() => pathBelowRoot(path));
  });

  it.each([
    { RELEVO_ALERT_EMAIL: `${'a'.repeat(body)}@` },
    { RELEVO_ALERT_EMAIL: `${'a.'.repeat(body / 2)}@b` },
    { TEMPORAL_ADDRESS: `${'a'.repeat(body)}:` },
    { RELEVO_WEBHOOK_URL: `http://${'a.'.repeat(body / 2)}` },
    { RELEVO_ALLOWED_NETWORKS: '1'.repeat(body) },
  ])('for a setting', (setting) => refused(() => parseEnvironment(setting)));

  it.each([
    `a://${':'.repeat(body)}`,
    'a://b'.repeat(body / 5),
    `${'a'.repeat(body)}://`,
    '://@'.repeat(body / 4),
  ])('for a text that is logged without its credentials', (text) => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    openLog('test', { RELEVO_LOG_LEVEL: 'info' }, { destination }).error({ err: new Error(text) });
    expect(lines).toHaveLength(1);
  });
});
