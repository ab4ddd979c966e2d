import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { AdoptInput } from '../../../contracts/adoption.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import type { ArtifactRef } from '../../../contracts/refs.ts';
import type { ApiDeps } from '../../deps.ts';
import { pathBelowRoot } from '../mlflow/artifact-paths.ts';

type Deps = Pick<ApiDeps, 'registry' | 'artifacts'>;

export interface Asked {
  model?: string | undefined;
  version?: number | undefined;
  alias?: string | undefined;
  features?: string[] | undefined;
  classes?: string[] | undefined;
}

const pipelineTag = 'relevo.pipeline';
const featuresTag = 'relevo.features';
const classesTag = 'relevo.classes';
const maxMlmodelBytes = 1_000_000;

/**
 * The model that a client registered, with what it says about itself.
 * @param demandReadable throws where who asks may not read what has a name: the model, the experiment of its files
 * @throws RelevoError MLFLOW_NOT_FOUND; MLFLOW_MODEL_UNFIT where it was not logged as ONNX; REQUEST_INVALID where it
 * was registered for another pipeline.
 */
export async function registeredModel(
  { registry, artifacts }: Deps,
  pipeline: string,
  asked: Asked,
  demandReadable: (name: string) => void,
): Promise<AdoptInput> {
  const { mlflow } = registry;
  const name = asked.model ?? pipeline;
  demandReadable(name);
  const version =
    asked.version === undefined
      ? await mlflow.modelVersions.byAlias(name, asked.alias ?? '')
      : await mlflow.modelVersions.get(name, asked.version);
  const { tags: modelTags } = await mlflow.models.get(name);
  const tags = { ...modelTags, ...version.tags };
  if (name !== pipeline && tags[pipelineTag] !== pipeline) throw ofAnotherPipeline(name, pipeline);
  const folder = pathBelowRoot(version.storageLocation);
  demandReadable(folder.split('/', 1)[0]);
  const files = await modelFiles({ registry, artifacts }, folder);
  const features = asked.features ?? listIn(tags, featuresTag) ?? files.features;
  const classes = asked.classes ?? listIn(tags, classesTag);
  return {
    pipeline,
    model: {
      ...{ name, version: version.version },
      ...(version.runId === undefined ? {} : { runId: version.runId }),
    },
    onnx: files.onnx,
    ...(features === undefined ? {} : { features }),
    ...(classes === undefined ? {} : { classes }),
  };
}

interface ModelFiles {
  onnx: ArtifactRef;
  /** Named columns of the signature, in its order. */
  features?: string[];
}

async function modelFiles({ registry, artifacts }: Deps, folder: string): Promise<ModelFiles> {
  const known = registry.mlflow.artifacts;
  const names = (await known.list(folder)).filter(({ isFolder }) => !isFolder).map((file) => file.name);
  const about = names.includes('MLmodel')
    ? await readMlmodel({ artifacts }, await known.get(`${folder}/MLmodel`))
    : {};
  const file = about.file ?? names.find((one) => one.endsWith('.onnx'));
  if (file === undefined || !names.includes(file))
    throw new RelevoError('MLFLOW_MODEL_UNFIT', 'The model was not logged as one ONNX file', {
      field: 'model',
      value: names.slice(0, 10).join(', '),
      expected: 'a model logged by mlflow.onnx.log_model',
    });
  return {
    onnx: await known.get(`${folder}/${file}`),
    ...(about.features === undefined ? {} : { features: about.features }),
  };
}

const mlmodelSchema = z.object({
  flavors: z.object({ onnx: z.object({ data: z.string().max(200) }).optional() }).optional(),
  signature: z.object({ inputs: z.string().max(maxMlmodelBytes).nullish() }).nullish(),
});
const signatureSchema = z.array(z.object({ name: z.string().optional() }));

/** What MLflow writes beside a model: the name of its file, and its signature. Nothing where it cannot be read. */
async function readMlmodel(
  { artifacts }: Pick<Deps, 'artifacts'>,
  ref: ArtifactRef,
): Promise<{ file?: string; features?: string[] }> {
  if (ref.bytes > maxMlmodelBytes) return {};
  const text = Buffer.from(await artifacts.readBytes(ref)).toString('utf8');
  const parsed = mlmodelSchema.safeParse(quietly(() => parseYaml(text, { maxAliasCount: 100 })));
  if (!parsed.success) return {};
  const { flavors, signature } = parsed.data;
  const columns = signatureSchema.safeParse(quietly(() => JSON.parse(signature?.inputs ?? '')));
  const names = columns.success ? columns.data.flatMap(({ name }) => name ?? []) : [];
  const isNamed = columns.success && names.length === columns.data.length && names.length > 0;
  return {
    ...(flavors?.onnx && { file: flavors.onnx.data }),
    ...(isNamed && { features: names }),
  };
}

function quietly(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A tag that lists names: as JSON, or divided by commas. */
function listIn(tags: Record<string, string>, key: string): string[] | undefined {
  if (!Object.hasOwn(tags, key)) return undefined;
  const json = z.array(z.string()).safeParse(quietly(() => JSON.parse(tags[key])));
  return json.success ? json.data : tags[key].split(',').map((name) => name.trim());
}

const ofAnotherPipeline = (name: string, pipeline: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', `"${name}" was not registered for ${pipeline}`, {
    field: 'model',
    value: name,
    expected: `a registered model named "${pipeline}", or one with the tag ${pipelineTag}=${pipeline}`,
  });
