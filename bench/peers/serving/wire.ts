import { connect, type Socket } from 'node:net';

/** Hears once whether a request was answered with 200. */
export type Heard = (isOk: boolean) => void;

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** A whole HTTP request as it goes over the wire. */
export function requestBytes(url: URL, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({
    host: url.host,
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${head}\r\n${body}`);
}

/**
 * Connections that send requests as they were written beforehand, one at a time each; the others wait for a free one.
 * It costs a fraction of an HTTP client, which shares the machine with the server that is measured and would be
 * measured with it. It reads no more of an answer than its status and where it ends.
 */
export async function openWire(url: URL, connections: number) {
  const waiting: { bytes: Buffer; heard: Heard }[] = [];
  const free: Connection[] = [];
  const next = (connection: Connection): void => {
    const asked = waiting.shift();
    if (asked === undefined) free.push(connection);
    else connection.ask(asked.bytes, asked.heard);
  };
  const all = await Promise.all(Array.from({ length: connections }, () => Connection.open(url, next)));
  free.push(...all);
  return {
    send(bytes: Buffer, heard: Heard): void {
      // In turn: a server closes a connection that rests for seconds.
      const connection = free.shift();
      if (connection === undefined) waiting.push({ bytes, heard });
      else connection.ask(bytes, heard);
    },
    close(): void {
      for (const connection of all) connection.close();
    },
  };
}

class Connection {
  private readonly socket: Socket;
  private readonly isFree: (connection: Connection) => void;
  private heard: Heard | undefined;
  private answer: Buffer = Buffer.alloc(0);

  static open(url: URL, isFree: (connection: Connection) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket, isFree)));
    });
  }

  private constructor(socket: Socket, isFree: (connection: Connection) => void) {
    this.socket = socket;
    this.isFree = isFree;
    socket.on('data', (bytes) => this.read(bytes));
    socket.on('close', () => this.settle(false));
  }

  ask(bytes: Buffer, heard: Heard): void {
    this.heard = heard;
    if (this.socket.destroyed) this.settle(false);
    else this.socket.write(bytes);
  }

  close(): void {
    this.heard = undefined;
    this.socket.destroy();
  }

  private read(bytes: Buffer): void {
    this.answer = this.answer.length === 0 ? bytes : Buffer.concat([this.answer, bytes]);
    if (!isWhole(this.answer)) return;
    const isOk = this.answer.toString('latin1', 9, 12) === '200';
    this.answer = Buffer.alloc(0);
    this.settle(isOk);
  }

  private settle(isOk: boolean): void {
    const { heard } = this;
    if (heard === undefined) return;
    this.heard = undefined;
    heard(isOk);
    this.isFree(this);
  }
}

/** Whether an answer is there to its end: as long as its head says, or up to the last chunk. */
function isWhole(answer: Buffer): boolean {
  const end = answer.indexOf(headEnd);
  if (end < 0) return false;
  const length = /content-length: *(\d+)/i.exec(answer.toString('latin1', 0, end))?.[1];
  if (length === undefined) return answer.subarray(-lastChunk.length).equals(lastChunk);
  return answer.length >= end + headEnd.length + Number(length);
}
