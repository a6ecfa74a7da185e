import type { Analyser } from '../../rule.ts';
import { commandOf } from '../../shell/commands.ts';
import { parseScript } from '../../shell/parse-script.ts';
import { exfiltrationRules, tellExfiltration } from './exfiltration.ts';
import { linesOf } from './lines.ts';

const CONFIGURATION = /^(?:ya?ml|toml|tf|hcl|service|timer|conf|cfg|ini|gradle|nomad|jenkinsfile|groovy|cron)$/;
const MAX_LINES = 64;

/** Lines of workflow and service files that send something away when they run. */
export const commandsInFiles: Analyser = {
  name: 'platform.commands-in-files',
  rules: exfiltrationRules,
  roles: ['code'],
  literals: ['curl ', 'wget ', '\bnc ', 'ncat ', '/dev/tcp/', 'scp ', 'rclone ', 'rsync '],
  analyse(view) {
    const { text, hits, place, budget } = view;
    if (place.file === '' || !CONFIGURATION.test(place.language)) return;
    let reached = -1;
    for (const hit of hits.slice(0, MAX_LINES)) {
      if (hit < reached) continue;
      const before = Math.max(0, hit - 512);
      const from = before + text.slice(before, hit).lastIndexOf('\n') + 1;
      const newline = text.slice(hit, hit + 2_048).indexOf('\n');
      reached = newline < 0 ? Math.min(text.length, hit + 2_048) : hit + newline;
      const line = text.slice(from, reached);
      budget.spend(line.length * 2);
      if (/^\s*(?:#|\/\/)/.test(line)) continue;
      const [start, end] = commandOf(line, from);
      const part = { ...view, text: text.slice(start, end), report: (rule: Parameters<typeof view.report>[0], at: number, to: number) => view.report(rule, start + at, start + Math.min(to, end - start)) };
      const script = parseScript(part.text, budget);
      tellExfiltration({ view: part, script, lines: linesOf(part, script) });
    }
  },
};
