export { type OnlineOptions, type OnlineState, onlineLevel, onlineObserve } from './online.ts';
export { benjaminiHochberg, benjaminiYekutieli, holm } from './step.ts';
