import { expect, it } from 'vitest';
import { parseEnvironment } from '../contracts/env.ts';
import { connectTemporal } from './connection.ts';

it('says which certificate cannot be read, before it calls anybody', async () => {
  const env = parseEnvironment({
    TEMPORAL_TLS_CERT: '/nowhere/client.pem',
    TEMPORAL_TLS_KEY: '/nowhere/key.pem',
  });
  await expect(connectTemporal(env)).rejects.toMatchObject({
    code: 'ENVIRONMENT_INVALID',
    details: { field: 'TEMPORAL_TLS_CERT', value: '/nowhere/client.pem' },
  });
});
