import type { Analyser, Rule } from '../rule.ts';
import { isStrongWord, isUsedPassword } from './password-strength.ts';
import { isPlaceholder } from './placeholders.ts';

const passwordColumn: Rule = {
  id: 'secrets.password-column',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a table with a column of passwords (Markdown, CSV, tabs), as wikis, spreadsheets and password managers hold them',
  positive: { tool: 'get_page', output: ['| system | user | password |\n|---|---|---|\n| core-1 | admin | ', 'v8Kq!2LmZ0p', ' |\n'].join('') },
  nearMiss: { tool: 'get_page', output: '| field | type | password |\n|---|---|---|\n| login | string | required |\n' },
};

const HEAD = /^["'*_`\s]*(?:pass(?:word)?|passwort|passwd|pwd|kennwort|contraseña|mot de passe|senha|wachtwoord|hasło|lösenord|пароль|密码|パスワード|secret|credential|initial password|default password|login password|db password|root password|current password)["'*_`\s]*$/i;
const ACCOUNT = /^["'*_`\s]*(?:user(?: ?name)?|login|account|e-?mail|host|system|server|service|site|benutzer|usuario|utilisateur)["'*_`\s]*$/i;
const [MAX_LINE, MAX_ROWS] = [600, 8];

export const passwordColumns: Analyser = {
  name: 'password columns',
  roles: ['output', 'prose', 'markup', 'value', 'code'],
  literals: [',pass', 'password,', '| pass', '|pass', ';pass', 'password;', '\tpass', 'password\t', '| passwort', ';passwort', ';kennwort', '| kennwort', '| contraseña', ';contraseña', ';mot de passe', '| mot de passe', '| пароль', '| pwd', ',pwd', '|密码', '| 密码', ',密码'],
  rules: [passwordColumn],
  analyse: ({ text, hits, budget, report }) => {
    for (const hit of hits.slice(0, 8)) {
      budget.spend(64);
      const before = text.slice(Math.max(0, hit - 300), hit);
      const start = hit - before.length + before.lastIndexOf('\n') + 1;
      const lines = text.slice(start, start + MAX_LINE * 3).split('\n', MAX_ROWS);
      const head = lines[0] ?? '';
      const separator = ['|', '\t', ';', ','].find((sign) => head.split(sign).length >= 3 || head.split(sign).some((cell, _, cells) => cells.length === 2 && ACCOUNT.test(cell)));
      if (separator === undefined || head.length > MAX_LINE) continue;
      const column = head.split(separator).findIndex((cell) => HEAD.test(cell));
      if (column < 0) continue;
      let at = start + head.length + 1;
      for (const line of lines.slice(1)) {
        budget.spend(line.length);
        const cells = line.split(separator);
        const cell = (cells[column] ?? '').replace(/^["'`\s]+|["'`\s]+$/g, '');
        if (isUsedPassword(cell) || (cells.length >= 3 && isStrongWord(cell) && !isPlaceholder(cell))) {
          const place = at + line.lastIndexOf(cell);
          report(passwordColumn, place, place + cell.length);
          return;
        }
        at += line.length + 1;
      }
    }
  },
};
