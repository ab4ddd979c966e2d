/** A process for one foreign model: what its bytes may do to a parser or a runtime, they do to this process alone. */
import { RelevoError } from '../../../contracts/errors.ts';
import { examineForeign } from './compare.ts';
import type { ExamineReply, ExamineRequest } from './protocol.ts';

process.once('message', async (request: ExamineRequest) => {
  let reply: ExamineReply;
  try {
    reply = { ok: true, examined: await examineForeign(request) };
  } catch (error) {
    const { message, details } =
      error instanceof RelevoError
        ? error
        : { message: 'The model cannot be examined', details: { value: String(error).slice(0, 300) } };
    reply = { ok: false, message, details };
  }
  process.send?.(reply, () => process.exit(0));
});
