import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../cli/up/readiness.ts';

/** A way to a server that can be shut and opened again, as a server that goes away and comes back. */
export interface Door {
  /** The server's address by way of the door. */
  url: string;
  shut(): void;
  open(): Promise<void>;
  /** Takes connections and lets nothing through: a server that hangs, until the door is shut and opened. */
  hang(): void;
}

export async function openDoor(serverUrl: string): Promise<Door> {
  const { hostname, port } = new URL(serverUrl);
  const url = new URL(serverUrl);
  url.port = String(await freePort());
  const sockets = new Set<Socket>();
  let listening: Server | undefined;
  let hanging = false;
  const pass = (client: Socket): void => {
    const server = connect({ host: hostname, port: Number(port) });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    if (!hanging) client.pipe(server).pipe(client);
  };
  const door: Door = {
    url: url.href,
    shut() {
      listening?.close();
      listening = undefined;
      for (const socket of sockets) socket.destroy();
    },
    async open() {
      hanging = false;
      const server = createServer(pass);
      listening = server;
      await new Promise<void>((resolve) => server.listen(Number(url.port), '127.0.0.1', () => resolve()));
    },
    hang() {
      hanging = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
  };
  await door.open();
  return door;
}
