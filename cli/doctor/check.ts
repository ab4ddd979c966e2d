import type { Environment } from '../../contracts/env.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { DoctorTexts } from './texts.ts';

/** One thing that was looked at: what was found, and what to do where it is not well. */
export interface Finding {
  name: string;
  result: 'ok' | 'warn' | 'fail';
  found: string;
  remedy?: string;
}

export interface CheckContext {
  env: Environment;
  texts: DoctorTexts;
}

/** Looks at one part of an installation. What it throws is a failure of that part, not of the doctor. */
export interface Check {
  name: keyof DoctorTexts['names'];
  run(context: CheckContext): Promise<Omit<Finding, 'name'>[]>;
}

/** A finding that asks for nothing. */
export const ok = (found: string): Omit<Finding, 'name'> => ({ result: 'ok', found });
/** A finding with which Relevo runs: the doctor still ends with 0. */
export const warn = (found: string, remedy: string): Omit<Finding, 'name'> => ({
  result: 'warn',
  found,
  remedy,
});
/** A finding with which Relevo does not run, or not right: the doctor ends with 1. */
export const fail = (found: string, remedy: string | undefined): Omit<Finding, 'name'> => ({
  result: 'fail',
  found,
  ...(remedy === undefined ? {} : { remedy }),
});

/** A check's findings under its name; whatever it throws is a finding too. */
export async function look(check: Check, context: CheckContext): Promise<Finding[]> {
  const name = context.texts.names[check.name];
  try {
    return (await check.run(context)).map((finding) => ({ name, ...finding }));
  } catch (error) {
    const remedy = error instanceof RelevoError ? error.details.remedy : context.texts.reinstall;
    const found = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return [{ name, ...fail(found, remedy) }];
  }
}
