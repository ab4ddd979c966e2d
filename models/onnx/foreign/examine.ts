import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RelevoError } from '../../../contracts/errors.ts';
import type { Examined, ExamineReply, ExamineRequest } from './protocol.ts';
import { unfit } from './unfit.ts';

export const foreignLimits = {
  fileBytes: 256 * 1024 * 1024,
  /** Of reading, opening and asking, and of the JavaScript heap meanwhile. */
  timeoutMs: 50_000,
  heapMegabytes: 1_024,
} as const;

const entry = fileURLToPath(new URL('./examine-main.ts', import.meta.url));
const tsxLoader = import.meta.resolve('tsx');

/**
 * Has a process of its own read, open and question a model from elsewhere. It knows no setting of this one, and it is
 * ended when it takes too long or `signal` fires.
 * @throws RelevoError MLFLOW_MODEL_UNFIT saying why the model cannot answer; CANCELLED
 */
export async function examineInProcess(request: ExamineRequest, signal?: AbortSignal): Promise<Examined> {
  const { fileBytes } = foreignLimits;
  if (request.file.length > fileBytes)
    throw unfit('The model is too large', 'file', request.file.length, `at most ${fileBytes} bytes`);
  const child = fork(entry, {
    serialization: 'advanced',
    execArgv: ['--import', tsxLoader, `--max-old-space-size=${foreignLimits.heapMegabytes}`],
    // A parser that is taken over finds no secret.
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const reply = await replyOf(child, request, signal);
  if (reply.ok) return reply.examined;
  throw new RelevoError('MLFLOW_MODEL_UNFIT', reply.message, reply.details);
}

async function replyOf(
  child: ChildProcess,
  request: ExamineRequest,
  signal: AbortSignal | undefined,
): Promise<ExamineReply> {
  const end = (): void => {
    child.kill('SIGKILL');
  };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, foreignLimits.timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.once('message', (reply) => resolve(reply as ExamineReply));
      child.once('error', reject);
      child.once('exit', (code, signalName) => {
        if (signal?.aborted) return reject(new RelevoError('CANCELLED', 'The examination was cancelled'));
        const how = isLate
          ? `took longer than ${foreignLimits.timeoutMs / 1000} s`
          : `ended by ${signalName ?? code}`;
        reject(unfit(`The process that opened the model ${how}`, 'file', how, 'a model that opens'));
      });
      child.send(request, (error) => error && reject(error));
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    end();
  }
}
