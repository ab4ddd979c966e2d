import type { CommandContext } from '../context.ts';
import type { Finding } from '../doctor/check.ts';
import { examine } from '../doctor/index.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** Runs every check, the broken ones too, and says what to do about each finding. */
export async function doctor({ env, terminal }: CommandContext): Promise<ExitCode> {
  const { texts, colors } = terminal;
  const words = { ok: texts.doctor.ok, warn: texts.doctor.warn, fail: texts.doctor.fail };
  const paint = { ok: colors.green, warn: colors.yellow, fail: colors.red };
  const findings = await examine(env);
  const count = (result: Finding['result']): number =>
    findings.filter((found) => found.result === result).length;

  terminal.printJson({ healthy: count('fail') === 0, findings });
  for (const { result, name, found, remedy } of findings) {
    terminal.print(`${paint[result](words[result].padEnd(5))}  ${colors.bold(name)}: ${found}`);
    if (remedy !== undefined) terminal.print(`       ${colors.cyan('→')} ${remedy}`);
  }
  terminal.print();
  if (count('fail') > 0) terminal.print(colors.red(texts.doctor.broken(count('fail'))));
  else if (count('warn') > 0) terminal.print(colors.yellow(texts.doctor.warnings(count('warn'))));
  else terminal.print(colors.green(texts.doctor.healthy));
  return count('fail') > 0 ? exitCodes.failed : exitCodes.ok;
}
