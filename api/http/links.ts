/** Paths of the API with what they carry encoded: a run's id holds slashes and is one segment. */
export const links = {
  pipeline: (name: string): string => `/v1/pipelines/${encodeURIComponent(name)}`,
  model: (pipeline: string, version: string): string =>
    `${links.pipeline(pipeline)}/models/${encodeURIComponent(version)}`,
  contest: (pipeline: string, version: string): string =>
    `${links.pipeline(pipeline)}/contests/${encodeURIComponent(version)}`,
  datasetReport: (pipeline: string, version: string): string =>
    `${links.pipeline(pipeline)}/datasets/report?version=${encodeURIComponent(version)}`,
  driftCheck: (pipeline: string, id: string): string =>
    `${links.pipeline(pipeline)}/drift/${encodeURIComponent(id)}`,
  run: (id: string): string => `/v1/runs/${encodeURIComponent(id)}`,
};

const runsPrefix = '/v1/runs/';
const runParts = /^(.*?)(\/(?:events|cancel))?$/s;

/** The path to route by: a run's id may be written with plain slashes, which are then one segment too. */
export function routedPath(path: string): string {
  if (!path.startsWith(runsPrefix)) return path;
  const [, id = '', action = ''] = runParts.exec(path.slice(runsPrefix.length)) ?? [];
  return `${runsPrefix}${id.replaceAll('/', '%2F')}${action}`;
}
