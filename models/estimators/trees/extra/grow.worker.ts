import type { PackedTree } from '../packed/tree.ts';
import type { ExtraTask } from './protocol.ts';
import { growExtraTree } from './tree.ts';

export default (task: ExtraTask): PackedTree => growExtraTree(task);
