import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../api/deps.ts';
import { adoptionRoutes } from '../../api/routes/adoptions/handlers.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { pipeline } from '../../pipelines/index.ts';
import { commandLine, type RoutesServer, serveRoutes } from '../../test/support/command-line.ts';

const name = 'steel-energy';
const onnx: ArtifactRef = {
  ...{ sha256: 'a'.repeat(64), bytes: 10 },
  ...{ mediaType: 'application/onnx', name: 'model.onnx' },
};
const registered = { name, version: 3, runId: 'r7', tags: {}, storageLocation: 'mlflow-artifacts:/m' };
const notThere = () => Promise.reject(new RelevoError('MLFLOW_NOT_FOUND', 'There is no such model'));

const questions: object[] = [];
/** What stands behind the route: version 3 of a model of the pipeline's name, with the alias `best`. */
const deps = {
  pipelines: [pipeline(name)],
  newId: () => 'q1',
  registry: {
    mlflow: {
      models: { get: async () => ({ tags: {} }) },
      modelVersions: {
        get: (_: string, version: number) => (version === 3 ? Promise.resolve(registered) : notThere()),
        byAlias: (_: string, alias: string) => (alias === 'best' ? Promise.resolve(registered) : notThere()),
      },
      artifacts: { list: async () => [{ name: 'model.onnx', isFolder: false }], get: async () => onnx },
    },
  },
  workflows: {
    async ask(question: object) {
      questions.push(question);
      return { version: '1.4.0' };
    },
  },
} as unknown as ApiDeps;

let server: RoutesServer;
beforeAll(async () => {
  server = await serveRoutes(adoptionRoutes(deps));
});
afterAll(() => server.close());
beforeEach(() => {
  questions.length = 0;
});

const adopt = (args: string[], how: Parameters<typeof commandLine>[2] = {}) =>
  commandLine(server.url, ['adopt', ...args], how);

describe('relevo adopt', () => {
  it.each([
    ['en', 'Adopted as steel-energy 1.4.0\n', 'Let it contend: relevo contest start steel-energy 1.4.0'],
    ['es', 'Adoptado como steel-energy 1.4.0\n', 'Que compita: relevo contest start steel-energy 1.4.0'],
  ] as const)('says in %s as which version, and what may follow', async (language, said, next) => {
    const { code, stdout, stderr } = await adopt([name, 'best'], { language });
    expect([code, stdout]).toEqual([0, said]);
    expect(stderr).toContain(next);
  });

  it('takes a number for a version, and what the file does not say', async () => {
    const tables = ['--features', 'NSM,Load_Type', '--classes', 'low, high'];
    expect((await adopt([name, '3', ...tables])).code).toBe(0);
    expect(questions).toEqual([
      expect.objectContaining({
        kind: 'adopt',
        input: {
          ...{ pipeline: name, onnx, model: { name, version: 3, runId: 'r7' } },
          ...{ features: ['NSM', 'Load_Type'], classes: ['low', 'high'] },
        },
      }),
    ]);
  });

  it('is one document for a machine', async () => {
    const { stdout } = await adopt([name, 'best'], { json: true });
    expect(JSON.parse(stdout)).toMatchObject({ pipeline: name, version: '1.4.0' });
  });

  it.each([
    [[name, 'bset'], 1, 'MLFLOW_NOT_FOUND'],
    [[name, '4'], 1, 'MLFLOW_NOT_FOUND'],
    [[name, 'best', '--model', 'night-load'], 2, 'REQUEST_INVALID'],
    [['steel-enrgy', 'best'], 1, 'PIPELINE_NOT_FOUND'],
  ])('%j ends with %d: %s', async (args, exitCode, error) => {
    const { code, stdout, stderr } = await adopt(args);
    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toContain(`${error} `);
    expect(questions).toEqual([]);
  });

  it('needs to know which', async () => {
    expect(await adopt([name])).toMatchObject({ code: 2, stdout: '' });
    expect(questions).toEqual([]);
  });
});
