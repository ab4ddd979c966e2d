export { divideRows as default } from './divide.ts';
