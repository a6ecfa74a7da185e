import type { Terminal } from '../up/up.ts';
import { wantsHelp } from '../command/options.ts';
import { lintFiles, lintUsage } from './lint-files.ts';
import { testFiles, testUsage } from './test-files.ts';

export const policyUsage = `holdpoint policy <command>

  test FILE…     run cases: policies, calls and what is wanted of them
  lint FILE…     tell what looks wrong in files of policies

  Each of them says more with --help.
`;

export type PolicyContext = Readonly<{ args: readonly string[]; terminal: Terminal; pathOf: (name: string) => string }>;

/** `holdpoint policy …`. Returns the exit code. */
export function policy({ args: [command, ...args], ...rest }: PolicyContext): number {
  const { terminal } = rest;
  switch (command) {
    case 'test':
      return wantsHelp(args) ? help(terminal, testUsage) : testFiles({ ...rest, args });
    case 'lint':
      return wantsHelp(args) ? help(terminal, lintUsage) : lintFiles({ ...rest, args });
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
