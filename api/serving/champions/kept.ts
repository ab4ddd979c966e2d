import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ArtifactRef } from '../../../contracts/refs.ts';
import { temporaryName, writeAtomically } from '../../../registry/artifacts/durable.ts';
import { sha256Of } from '../../../registry/artifacts/hash.ts';
import { createVerifier } from '../../../registry/artifacts/verifier.ts';
import type { ModelVersion } from '../../../registry/types.ts';
import type { ChampionSource } from './source.ts';

/** A champion as it lies on disk: the version's record and, beside it under its hash, its ONNX file. */
interface Kept {
  version: ModelVersion;
  /** Of the version as it is written. */
  sha256: string;
}

const modelFile = (sha256: string): string => `${sha256}.onnx`;
/** A champion for each pipeline, and those that were. */
const rememberedModels = 256;

const hashOf = (version: ModelVersion): string => sha256Of(Buffer.from(JSON.stringify(version)));

/**
 * The same champions, each of them kept in a folder too. While the source has not answered since the start, what is
 * kept stands in for it, so that a server that starts without its database answers all the same: with the champion
 * alone, since nobody can say whether a contest still runs. What does not have the hash that it should is not used.
 */
export function keptChampions(source: ChampionSource, folder: string, log: Logger): ChampionSource {
  /** Pipelines that the source has answered for; what is kept stands in for the others alone. */
  const confirmed = new Set<string>();
  /** The version of each pipeline that is on disk, as far as this process knows. */
  const onDisk = new Map<string, string | undefined>();
  let keeping: Promise<void> = Promise.resolve();

  const recordPath = (pipeline: string): string => join(folder, `${encodeURIComponent(pipeline)}.json`);
  const modelPath = ({ sha256 }: ArtifactRef): string => join(folder, modelFile(sha256));
  const verify = createVerifier({ remembered: rememberedModels, whereOf: ({ sha256 }) => modelFile(sha256) });
  const demandSound = (onnx: ArtifactRef): Promise<void> => verify(modelPath(onnx), onnx);
  const isSound = (onnx: ArtifactRef): Promise<boolean> =>
    demandSound(onnx).then(
      () => true,
      () => false,
    );

  const read = async (pipeline: string): Promise<ModelVersion | undefined> => {
    try {
      const { version, sha256 }: Kept = JSON.parse(await readFile(recordPath(pipeline), 'utf8'));
      if (hashOf(version) !== sha256) throw new Error('the record does not have its hash');
      await demandSound(version.onnx);
      return version;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      log.error({ err: error, pipeline }, 'the champion on disk cannot be used');
      return undefined;
    }
  };

  const keepModel = async (version: ModelVersion): Promise<void> => {
    if (await isSound(version.onnx)) return;
    const onnx = await source.onnx(version);
    const temporary = join(folder, 'tmp', temporaryName());
    await mkdir(join(folder, 'tmp'), { recursive: true });
    if (typeof onnx === 'string') await copyFile(onnx, temporary, constants.COPYFILE_FICLONE);
    else await writeFile(temporary, onnx);
    await rename(temporary, modelPath(version.onnx));
  };
  const keep = async (pipeline: string, version: ModelVersion | undefined): Promise<void> => {
    await mkdir(folder, { recursive: true });
    if (version === undefined) await rm(recordPath(pipeline), { force: true });
    else {
      await keepModel(version);
      const record = Buffer.from(JSON.stringify({ version, sha256: hashOf(version) } satisfies Kept));
      await writeAtomically(recordPath(pipeline), join(folder, 'tmp', temporaryName()), [record]);
    }
    await removeUnused();
  };
  /** Models that no record names. */
  const removeUnused = async (): Promise<void> => {
    const files = await readdir(folder);
    const named = new Set<string>();
    for (const name of files.filter((file) => file.endsWith('.json'))) {
      const { version }: Kept = JSON.parse(await readFile(join(folder, name), 'utf8'));
      named.add(modelFile(version.onnx.sha256));
    }
    for (const name of files) {
      if (name.endsWith('.onnx') && !named.has(name)) await rm(join(folder, name), { force: true });
    }
  };
  const keepLater = (pipeline: string, version: ModelVersion | undefined): void => {
    if (onDisk.has(pipeline) && onDisk.get(pipeline) === version?.version) return;
    onDisk.set(pipeline, version?.version);
    keeping = keeping
      .then(() => keep(pipeline, version))
      .catch((error: unknown) => {
        onDisk.delete(pipeline);
        log.warn({ err: error, pipeline }, 'the champion cannot be kept on disk');
      });
  };

  return {
    async champion(pipeline) {
      try {
        const version = await source.champion(pipeline);
        confirmed.add(pipeline);
        keepLater(pipeline, version);
        return version;
      } catch (error) {
        const version = confirmed.has(pipeline) ? undefined : await read(pipeline);
        if (version === undefined) throw error;
        log.warn({ err: error, pipeline, version: version.version }, 'the champion on disk answers');
        return version;
      }
    },
    async routes(pipeline) {
      try {
        return await source.routes(pipeline);
      } catch (error) {
        if (confirmed.has(pipeline) || (await read(pipeline)) === undefined) throw error;
        return [];
      }
    },
    version: (pipeline, version) => source.version(pipeline, version),
    async onnx(version) {
      try {
        return await source.onnx(version);
      } catch (error) {
        if (!(await isSound(version.onnx))) throw error;
        return modelPath(version.onnx);
      }
    },
    async watch(onChange, onReconnect) {
      const watcher = await source.watch(onChange, onReconnect);
      return {
        async close() {
          await watcher.close();
          await keeping;
        },
      };
    },
  };
}
