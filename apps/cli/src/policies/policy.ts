import { wantsHelp } from '../command/options.ts';
import { diff, diffUsage, type GuardPoliciesContext, pull, pullUsage, push, pushUsage } from '../guard-policies/commands.ts';
import type { Terminal } from '../up/up.ts';
import { lintFiles, lintUsage } from './lint-files.ts';
import { testFiles, testUsage } from './test-files.ts';

export const policyUsage = `holdpoint policy <command>

  test FILE…     run cases: policies, calls and what is wanted of them
  lint FILE…     tell what looks wrong in files of policies
  pull [FILE]    write the policies of a running guard to a file
  diff FILE      tell what a push of a file would do
  push FILE      make the policies of a running guard those of a file

  Each of them says more with --help.
`;

export type PolicyContext = Pick<GuardPoliciesContext, 'args' | 'terminal' | 'pathOf'>;

/** `holdpoint policy …`. Returns the exit code. */
export async function policy({ args: [command, ...args], ...rest }: GuardPoliciesContext): Promise<number> {
  const { terminal } = rest;
  switch (command) {
    case 'test':
      return wantsHelp(args) ? help(terminal, testUsage) : testFiles({ ...rest, args });
    case 'lint':
      return wantsHelp(args) ? help(terminal, lintUsage) : lintFiles({ ...rest, args });
    case 'pull':
      return wantsHelp(args) ? help(terminal, pullUsage) : await pull({ ...rest, args });
    case 'diff':
      return wantsHelp(args) ? help(terminal, diffUsage) : await diff({ ...rest, args });
    case 'push':
      return wantsHelp(args) ? help(terminal, pushUsage) : await push({ ...rest, args });
    case 'help':
    case '--help':
    case '-h':
      return help(terminal, policyUsage);
    default:
      terminal.err(command === undefined ? policyUsage : `holdpoint policy: no command \`${command}\`\n\n${policyUsage}`);
      return 64;
  }
}

function help(terminal: Terminal, usage: string): number {
  terminal.out(usage);
  return 0;
}
