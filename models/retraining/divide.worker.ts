export { divideRows as default } from './division.ts';
