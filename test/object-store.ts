import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { pythonWith } from '../bench/lib/python.ts';

/** Whether the store can be installed here; it is Moto's server, which speaks S3 over HTTP as boto3 is tested with. */
export const hasObjectStore = spawnSync('python3', ['-m', 'venv', '--help']).status === 0;

export interface TestObjectStore {
  endpoint: string;
  makeBucket(bucket: string): Promise<void>;
  put(bucket: string, key: string, body: string | Uint8Array): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  stop(): Promise<void>;
}

/** An empty object store of the test's own; takes a minute or two where it was never installed. */
export async function startObjectStore(): Promise<TestObjectStore> {
  const python = await pythonWith(['moto[s3,server]==5.2.1']);
  const server = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = await addressOf(server);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  return {
    endpoint,
    async makeBucket(Bucket) {
      await client.send(new CreateBucketCommand({ Bucket }));
    },
    async put(Bucket, Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    async remove(Bucket, Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    async stop() {
      client.destroy();
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, 'exit');
    },
  };
}

async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stderr) throw new Error('the server has no standard error');
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address === undefined) continue;
    server.stderr.resume();
    return address;
  }
  throw new Error(`the object store did not start: ${said.join('\n')}`);
}
