import { createServer } from 'node:http';

/** Reads each request and gives the same answer: what is left of a latency when nothing is computed. */
const answer = JSON.stringify({ predictions: [{ value: 1, modelVersion: '1.0.0' }] });
const head = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(answer)) };

createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, head).end(answer));
}).listen(Number(process.env.PORT), '127.0.0.1');
