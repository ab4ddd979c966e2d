import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlLine, quoteForShell } from './shell.ts';

const words = ['plain', "it's", 'a b', '$HOME', '`id`', '"x"', '\\', '!', '', "'", '*', 'ñ\t', "a'b'c", '-d'];

it.each(words)('a shell reads %j back unchanged', (word) => {
  const printed = execFileSync('/bin/sh', ['-c', `printf %s ${quoteForShell(word)}`], { encoding: 'utf8' });
  expect(printed).toBe(word);
});

it('a curl line is one line whose body a shell hands over whole', () => {
  const row = { 'CO2(tCO2)': 0.02, "it's": 'a "quoted" $value' };
  const line = curlLine('http://127.0.0.1:3000/predict', row);
  expect(line).not.toContain('\n');
  const script = `curl() { for last; do :; done; printf %s "$last"; }; ${line}`;
  expect(JSON.parse(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }))).toEqual(row);
});
