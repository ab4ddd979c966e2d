export { onlineLevel, onlineObserve } from './online.ts';
export { benjaminiHochberg, benjaminiYekutieli, holm } from './step.ts';
