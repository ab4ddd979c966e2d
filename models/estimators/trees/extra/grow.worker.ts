import type { ExtraTask, ExtraTree } from './protocol.ts';
import { growExtraTree } from './tree.ts';

export default (task: ExtraTask): ExtraTree => growExtraTree(task);
