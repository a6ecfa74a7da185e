import { python, ruleOf, write } from '../examples.ts';
import type { PatternRule } from '../../rule.ts';

const isText = (file: string): boolean => /\.(?:md|rst|txt|adoc)$/.test(file);

/** A program made to be run with somebody else's set-user-ID bit, or to set one. */
export const rootShellInProgram: PatternRule = {
  ...ruleOf(
    'programs.root-shell', 'privilege_escalation', 'high', 'program text that makes itself root and starts a shell', write('s.c', 'int main() { setgid(0); setuid(0); execl("/bin/sh", "sh", "-p", NULL); }\n'),
    write('drop.c', 'int main() { setgid(1000); setuid(1000); execl("/usr/bin/app", "app", NULL); }\n'), 'MITRE ATT&CK T1548.001',
  ),
  roles: ['code'],
  literals: ['setuid(0', 'setgid(0', 'setreuid(0', 'setresuid(0', 'seteuid(0', 'setuid( 0'],
  before: 64,
  after: 400,
  pattern: /\bset(?:re|res|e)?[ug]id\s*\(\s*0\b[^)]{0,20}\)[^]{0,260}?(?:\bexec[lv]p?e?\s*\(|\bsystem\s*\(|\bpopen\s*\(|spawn\w{0,4}\s*\(|subprocess\.\w{3,12}\s*\(|exec\.Command\s*\()\s*\[?\s*["'](?:\/(?:usr\/)?bin\/)?(?:(?:ba|z|da|k|a)?sh\b|chmod\s+\S*s|chown\s+root|cp\s+\/bin\/)/,
  accepts: (_match, { place }) => !isText(place.file),
};

export const setuidBitByProgram: PatternRule = {
  ...ruleOf(
    'programs.setuid-bit', 'privilege_escalation', 'high', 'program text that gives a file a set-user-ID bit', python("import os\nos.chmod('/usr/local/bin/x', 0o4755)"),
    python("import os\nos.chmod('/usr/local/bin/x', 0o755)"), 'MITRE ATT&CK T1548.001',
  ),
  roles: ['code'],
  literals: ['0o4', '0o6', '04755', '06755', '04777', '04711', 's_isuid'],
  before: 120,
  after: 40,
  pattern: /chmod\w{0,8}\s*\(\s*[^()\n]{1,100},\s*(?:0o?[46][0-7]{3}\b|[^()\n]{0,60}\bS_ISUID)/i,
  accepts: (_match, { place }) => !isText(place.file),
};

const ADMIN_POLICY = String.raw`policy\/(?:AdministratorAccess|IAMFullAccess|PowerUserAccess)\b`;

/** Program text that runs now; what is written to a file is looked at before it does. */
export const adminByProgram: PatternRule = {
  ...ruleOf(
    'programs.admin-given', 'privilege_escalation', 'high', 'program text, run now, that gives an account administrator’s rights in a cloud or application', python("import boto3\nboto3.client('iam').attach_user_policy(UserName='bot', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')"),
    python("print([u.username for u in User.objects.filter(is_superuser=True)])"), 'MITRE ATT&CK T1098',
  ),
  roles: ['code'],
  literals: ['policy/administratoraccess', 'policy/iamfullaccess', 'policy/poweruseraccess', 'is_superuser', 'is_staff', 'is_admin', 'isadmin', "role: 'admin", 'role: "admin', "role='admin", 'role="admin', "role = 'admin", 'role = "admin', "role: 'super", 'role: "super', ':admin, true'],
  before: 240,
  after: 240,
  pattern: new RegExp(
    String.raw`(?:attach_?(?:user|role|group)_?policy\w{0,10})\s*\([^]{0,200}?${ADMIN_POLICY}|\.update(?:One|Many)?\s*\([^()\n]{0,160}?\b(?:is_?superuser|is_?staff|is_?admin)["']?\s*[=:]\s*(?:True|true|1)\b|\b(?:is_superuser|is_admin|isAdmin)\s*=\s*(?:True|true)\b[^]{0,160}?\.save\s*\(|\.(?:update|updateOne|update_attributes?|update_column)\s*\([^]{0,160}?\brole["']?\s*[:=]\s*["'](?:admin|administrator|super_?admin|owner|root)["']|\.update_(?:attribute|column)\s*\(\s*:admin\s*,\s*true`,
    'i',
  ),
  accepts: ({ 0: match }, { place }) => place.file === '' && !/\b(?:test|fixture|factory|mock)/i.test(match),
};
