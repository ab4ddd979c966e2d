export { explainModel } from './model.ts';
export { explainRows } from './rows.ts';
