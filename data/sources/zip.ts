import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { RelevoError, showValue } from '../../contracts/errors.ts';

const mostBytes = 2 * 1024 ** 3;
/** Text does not compress better than this; a bomb does. */
const mostRatio = 200;

const openZip = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/**
 * Writes one member of a zip archive to `target`.
 * @throws RelevoError SOURCE_UNAVAILABLE where the archive is broken, has no such member, or the member is a bomb.
 */
export async function unpackMember(archive: string, member: string, target: string): Promise<void> {
  try {
    const zip = await openZip(archive, { lazyEntries: true, autoClose: false });
    try {
      await extract(zip, await findMember(zip, member), target);
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof RelevoError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw broken(member, `the archive cannot be read: ${reason}`, error);
  }
}

function findMember(zip: ZipFile, member: string): Promise<Entry> {
  return new Promise((resolve, reject) => {
    const names: string[] = [];
    zip.on('error', reject);
    zip.on('end', () => reject(broken(member, `the archive holds ${showValue(names.join(', '), 200)}`)));
    zip.on('entry', (entry: Entry) => {
      if (entry.fileName === member) resolve(entry);
      else {
        if (names.length < 20) names.push(entry.fileName);
        zip.readEntry();
      }
    });
    zip.readEntry();
  });
}

async function extract(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > mostBytes || uncompressedSize > mostRatio * Math.max(compressedSize, 1024))
    throw broken(entry.fileName, `it would unpack to ${uncompressedSize} bytes`);
  const openStream = promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  await pipeline(
    await openStream(entry),
    atMost(uncompressedSize, entry.fileName),
    createWriteStream(target),
  );
}

/** The size in the directory is a claim; this holds the bytes to it. */
function atMost(bytes: number, member: string): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(broken(member, 'it is larger than its directory says'));
      else done(null, chunk);
    },
  });
}

const broken = (member: string, why: string, cause?: unknown): RelevoError =>
  new RelevoError(
    'SOURCE_UNAVAILABLE',
    `The member "${member}" cannot be unpacked: ${why}`,
    { field: 'member', value: member, remedy: 'Look into the archive; name the member as it is there.' },
    { cause },
  );
