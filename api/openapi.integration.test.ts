import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, it } from 'vitest';
import { fileChampions, startApi } from '../test/support/api.ts';

it('the description of the API passes a linter', async () => {
  const api = await startApi({ source: fileChampions() });
  try {
    const source = await (await api.app.request('/openapi.json')).text();
    const config = await createConfig({
      extends: ['recommended'],
      // A login's redirect has no body to be a success with.
      rules: { 'operation-2xx-response': 'off' },
    });
    const problems = await lintFromString({ source, config });
    const said = problems.map(
      ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`,
    );
    expect(said).toEqual([]);
  } finally {
    await api.close();
  }
});
