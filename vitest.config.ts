import { defineConfig } from 'vitest/config';

const common = { pool: 'forks' as const, environment: 'node' as const };
const skipped = ['node_modules/**', '.relevo/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          // Half of the time went into loading the same modules for every file; no unit test keeps state in them.
          isolate: false,
          include: ['**/*.test.ts'],
          exclude: [...skipped, 'test/**', '**/*.{integration,services}.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: skipped,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...common,
          name: 'services',
          include: ['**/*.services.test.ts'],
          exclude: [...skipped, 'test/**'],
          globalSetup: ['test/services.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          exclude: [...skipped, 'test/clients/**'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      // Clients from PyPI, as they are: minutes for their installation, so only `npm run show:clients` runs them.
      {
        test: {
          ...common,
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          globalSetup: ['test/services.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
