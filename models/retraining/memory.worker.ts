export { drawMemory as default } from './memory.ts';
