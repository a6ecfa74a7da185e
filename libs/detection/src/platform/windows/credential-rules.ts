import { cmd, ruleOf } from '../examples.ts';
import { pattern } from './pattern.ts';
import type { WindowsRule } from './rule.ts';

const T = 'MITRE ATT&CK ';

export const credentialRules: readonly WindowsRule[] = [
  {
    rule: ruleOf('windows.credential-dump', 'sensitive_file_access', 'critical', 'passwords or hashes dumped from Windows’ memory or databases', cmd('procdump.exe -accepteula -ma lsass.exe C:\\Windows\\Temp\\l.dmp'), cmd('tasklist /fi "imagename eq lsass.exe"'), `${T}T1003`),
    literals: ['mimikatz', 'sekurlsa', 'lsadump', 'crypto::', 'privilege::', 'kerberos::', 'minidump', 'comsvcs', 'lsass', 'ntdsutil', 'ntds.dit', 'reg save', 'reg.exe save', 'save hk', 'reg export', 'reg.exe export', 'hklm\\sam', 'lazagne', 'keystrokes', 'dumpertool', 'chromedump', 'bootkey', 'gsecdump', 'wce.exe', 'pwdump', 'fgdump', 'secretsdump', 'nanodump', 'dumpert', 'safetykatz', 'ninjacopy', 'rubeus', 'esentutl', 'tttracer', 'sqldumper', 'createdump', 'rdrleakdiag', 'dsync', 'kerberoast', 'asreproast', 'pypykatz', 'handlekatz', 'lsassy', 'donpapi'],
    pattern: pattern(
      String.raw`mimikatz|sekurlsa::|lsadump::|crypto::(?:certificates|keys|capi)|privilege::debug|kerberos::(?:golden|list|ptt)|comsvcs(?:\.dll)?…(?:minidump|#\+?24)|out-minidump|nanodump|dumpert\b|hklm\\sam\\sam\\domains|@(procdump|procdump64|procdump32|sqldumper|tttracer|createdump|rdrleakdiag|avdump|dumpminitool)…(?:lsass|-ma\b|/p \d|-d ?0|-f\b…\.dmp)|lsass…(?:\.dmp|minidump|dump)|(?:minidump|dump)…lsass|@(reg)\s+(?:save|export)\s+hklm\\(?:sam|security|system|software\\microsoft\\windows nt)|ntdsutil…(?:ifm|ac i|activate instance|create full)|(?:copy|xcopy|robocopy|esentutl|cp|type|move)…ntds\.dit|shadowcopy\d*\\…(?:ntds|config\\(?:sam|system|security))|@(lazagne|gsecdump|wce|pwdump\d?|fgdump|secretsdump|safetykatz|rubeus|sharpdpapi|sharpkatz|pypykatz|kekeo|hashdump)|invoke-(?:mimikatz|ninjacopy|kerberoast|dcsync|powerdump|asreproast|credentialinjection)|get-(?:gpppassword|lsasecret|passworddump|vaultcredential|keystrokes|chromedump|foxdump|bootkey)|lazagne`,
    ),
  },
  {
    rule: ruleOf('windows.shadow-copy', 'sensitive_file_access', 'high', 'a shadow copy made, from which locked account databases can be read', cmd('vssadmin create shadow /for=C:'), cmd('vssadmin list shadows'), `${T}T1003.003`),
    literals: ['shadow'],
    pattern: pattern(String.raw`@(vssadmin)\s+create\s+shadow|shadowcopy\s+call\s+create|win32_shadowcopy\)?…\.?create\b|invoke-(?:cim|wmi)method…shadowcopy…create|@(diskshadow)\s+(?:/s|-s)|mklink…shadowcopy`),
  },
  {
    rule: ruleOf('windows.saved-logins', 'sensitive_file_access', 'high', 'saved Windows logins, Wi-Fi keys or registry passwords listed or exported', cmd('vaultcmd /listcreds:"Windows Credentials" /all'), cmd('cmdkey /?'), `${T}T1555.004, T1552.002`),
    literals: ['vaultcmd', 'cmdkey', 'keymgr', 'passwordvault', 'key=clear', 'reg query', 'findstr', 'select-string', 'exportpfx', 'export-pfx', 'credential', 'rpcping', 'powershellsensitive', 'browserpwn', 'winpwn', 'cpassword', 'credui', 'promptforcredential', 'internal-monologue', '.kdbx', '.ppk', '.rdp', '.pfx', '.ovpn', 'webbrowserpassview', 'stored'],
    pattern: pattern(
      String.raw`@(vaultcmd)\s+/list|@(cmdkey)\s+/list|keymgr(?:\.dll)?,?\s*krshowkeymgr|windows\.security\.credentials\.passwordvault|key=clear|@(reg)\s+query…(?:/f\s+"?(?:password|pass|pwd)|winlogon…defaultpassword|putty\\sessions|realvnc|orl\\winvnc|snmp\\parameters)|@(findstr)\s…(?:password|passwd|cpassword)…(?:\.xml|\.ini|\.config|\.txt|\.\*)|(?:ls|dir|gci|get-childitem)…-r\S*…\|\s*select-string…passw|-exportpfx|export-pfxcertificate|@(rpcping)…-u\s+ntlm|powershellsensitive|browserpwn|cpassword|get-storedcredential|(?:dir|gci|get-childitem|ls)\s…\*?\.(?:kdbx|ppk|rdp|pfx|ovpn)\b|promptforcredential|webbrowserpassview|get-childitem…credentials?\\|dpapi::`,
    ),
  },
];
