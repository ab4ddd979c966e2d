import { runEpoch } from './epoch.ts';

/** Entry of a pool thread. */
export default runEpoch;
