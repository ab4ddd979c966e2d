import { judgeGuardrails } from './guardrails.ts';

export default judgeGuardrails;
