/** Arrows between rooms (docs/decisions/0002). A room may import what `may` lists, itself, and packages. */
const may = {
  contracts: [],
  inference: ['contracts'],
  /** What threads and processes run: TypeScript as JavaScript, so that they need no loader. */
  compiled: [],
  /** One pool of threads a process, whoever has the heavy maths. */
  threads: ['contracts', 'compiled'],
  /** Calls to URLs that came from outside, and the certificates of connections that are our own. */
  net: ['contracts'],
  /** What every process that speaks to Temporal shares: the codec of payloads, the traces in its headers. */
  temporal: ['contracts', 'telemetry'],
  /** Logs and traces, whoever writes them. */
  telemetry: ['contracts'],
  data: ['contracts', 'threads', 'net'],
  models: ['contracts', 'inference', 'compiled', 'threads'],
  registry: ['contracts'],
  reports: ['contracts'],
  pipelines: ['contracts'],
  activities: ['contracts', 'inference', 'data', 'models', 'registry', 'reports', 'pipelines', 'net'],
  workers: [
    'contracts',
    'inference',
    'data',
    'models',
    'registry',
    'reports',
    'pipelines',
    'activities',
    'workflows',
    'net',
    'temporal',
    'telemetry',
  ],
  api: [
    'contracts',
    'inference',
    'compiled',
    'threads',
    'registry',
    'pipelines',
    'net',
    'temporal',
    'telemetry',
  ],
  cli: ['contracts', 'inference', 'compiled', 'registry', 'pipelines', 'temporal'],
};

/**
 * Parts of a room that another may import though the room as a whole is closed to it: `relevo drift replay` runs the
 * streaming detectors over a file without a server, and they are pure functions of numbers.
 */
const parts = { cli: ['^data/drift/streaming/'] };

const config = '^temporal\\.config\\.ts$';
const tests = '\\.test\\.ts$';

/** Forbids `room` to import any other room of the tree than those it may. */
const arrow = ([room, allowed]) => ({
  name: `${room}-imports`,
  comment: `${room} may import ${allowed.join(', ') || 'no other room'}`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: tests },
  to: {
    path: `^(${Object.keys(may).concat('workflows', 'bench', 'test').join('|')})/`,
    pathNot: [
      `^(${[room, ...allowed].join('|')})/`,
      ...(room === 'api' || room === 'cli' ? ['^workflows/'] : []),
      ...(parts[room] ?? []),
    ],
  },
});

module.exports = {
  forbidden: [
    ...Object.entries(may).map(arrow),
    {
      name: 'workflows-imports',
      comment: 'workflows import contracts and temporal.config.ts; everything else only as a type',
      severity: 'error',
      from: { path: '^workflows/', pathNot: tests },
      to: {
        pathNot: [
          '^workflows/',
          '^contracts/(choice|ids|errors|metrics|runs)\\.ts$',
          config,
          '^node_modules/@temporalio/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workflows-type-imports',
      comment: 'even types come from contracts and activities only',
      severity: 'error',
      from: { path: '^workflows/', pathNot: tests },
      to: { path: '^(data|models|registry|api|cli|workers|inference)/' },
    },
    {
      name: 'workflow-types-only',
      comment: 'api and cli know workflows by type; they start them by name',
      severity: 'error',
      from: { path: '^(api|cli)/', pathNot: tests },
      to: { path: '^workflows/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'a cycle makes two files one room without a wall',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'config-is-a-leaf',
      comment: 'temporal.config.ts is constants: workflows import it',
      severity: 'error',
      from: { path: config },
      to: { pathNot: '^contracts/' },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: {
        path: '^(contracts|compiled|threads|net|temporal|telemetry|data|models|inference|registry|activities|workflows|workers|api|cli|pipelines)/',
        pathNot: tests,
      },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|\\.relevo)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
