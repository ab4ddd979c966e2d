// Lets a worker thread import TypeScript. tsx's own `--import tsx` hooks the main thread only.
import { register } from 'tsx/esm/api';

register();
