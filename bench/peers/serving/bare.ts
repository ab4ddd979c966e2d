import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { InferenceSession, type OnnxValue, Tensor } from 'onnxruntime-node';

/** The least that Hono and onnxruntime-node can do: no validation, no ids, one run a request. */
const session = await InferenceSession.create(process.env.MODEL ?? '', {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const inputs = session.inputMetadata.map((input) => ({
  name: input.name,
  isText: input.isTensor && input.type === 'string',
}));
const app = new Hono();
app.get('/health', (c) => c.json({ status: 'ok' }));
app.post('/predict', async (c) => {
  const row: Record<string, number & string> = await c.req.json();
  const feeds: Record<string, OnnxValue> = {};
  for (const { name, isText } of inputs) {
    feeds[name] = isText
      ? new Tensor('string', [row[name]], [1, 1])
      : new Tensor('float64', Float64Array.of(row[name]), [1, 1]);
  }
  const { prediction } = await session.run(feeds);
  return c.json({ predictions: [{ value: Number(prediction.data[0]), modelVersion: '1.0.0' }] });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT) });
