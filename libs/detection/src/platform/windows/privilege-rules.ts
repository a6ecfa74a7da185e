import { cmd, powershell, ruleOf } from '../examples.ts';
import { pattern } from './pattern.ts';
import type { WindowsRule } from './rule.ts';

const T = 'MITRE ATT&CK ';
const PROTECTORS = String.raw`(?:windefend|wd(?:nissvc|nisdrv|filter|boot)|sense\b|wscsvc|securityhealthservice|mpssvc|msmpeng|sysmon(?:64|drv)?|eventlog|mcafee\w*|mfe\w*|sentinel\w*|csfalcon\w*|csagent|carbonblack|cb(?:defense|daemon)|cylance\w*|sophos\w*|savservice|symantec\w*|sepmaster\w*|trend\s?micro|tmlisten|ntrtscan|avast\w*|avg\w*|bitdefender|vsserv|kaspersky|avp\b|eset\w*|ekrn|malwarebytes|mbamservice|fireeye|xagt|tanium\w*|qualys\w*|splunk\w*|winlogbeat|nxlog|osqueryd?|velociraptor|defender|samss|webroot|panda\w*)`;

/** Ports of administration, of databases, and of those who listen for a shell. */
const GUARDED_PORT = String.raw`(?:21|22|23|135|139|445|1433|3306|3389|5432|5900|5985|5986|6379|1337|4444|4445|5555|6666|8443|9001|31337|any)`;

export const windowsPrivilegeRules: readonly WindowsRule[] = [
  {
    rule: ruleOf('windows.policy-weakened', 'privilege_escalation', 'high', 'a setting of Windows that keeps accounts, logons, macros or installers in bounds weakened', cmd('reg add HKLM\\Software\\Policies\\Microsoft\\Windows\\Installer /v AlwaysInstallElevated /t REG_DWORD /d 1'), cmd('reg query HKLM\\Software\\Policies\\Microsoft\\Windows\\Installer /v AlwaysInstallElevated'), `${T}T1112, T1562`),
    literals: ['alwaysinstallelevated', 'tokenfilterpolicy', 'restrictedadmin', 'filteradministratortoken', 'nolmhash', 'lmcompatibilitylevel', 'restrictanonymous', 'everyoneincludesanonymous', 'promptonsecuredesktop', 'eventlog\\', 'outlook\\security', 'vbawarnings', 'accessvbom', 'smb1protocol', 'symlinkevaluation', 'requiresecuritysignature', 'enablesecuritysignature', 'nullsessionshares', 'minlogon', 'limitblankpassword', 'disablelockworkstation', 'dontdisplaylastusername', 'cachedlogonscount', 'enableguestaccount', 'executionpolicy', 'zone.identifier', 'blockmacros', 'protectedview', 'trustcenter', 'hidefastuserswitching', 'allowinsecureguestauth'],
    pattern: pattern(
      String.raw`alwaysinstallelevated…\b1\b|localaccounttokenfilterpolicy…\b1\b|disablerestrictedadmin…\b0\b|filteradministratortoken…\b0\b|nolmhash…\b0\b|lmcompatibilitylevel…\b[012]\b|restrictanonymous(?:sam)?…\b0\b|everyoneincludesanonymous…\b1\b|promptonsecuredesktop…\b0\b|services\\eventlog\\…(?:maxsize|retention|enabled|file\b|start)|outlook\\security…\b(?:level|enableunsafeclientmailrules)…\b1\b|(?:vbawarnings|accessvbom)…\b1\b|enablesmb1protocol…(?:\$?true|1)|symlinkevaluation\s+\S*r2[lr]:1|(?:require|enable)securitysignature…(?:\$?false|\b0\b)|limitblankpassword(?:use)?…\b0\b|allowinsecureguestauth…\b1\b|set-executionpolicy…(?:unrestricted|bypass)…-scope\s+localmachine|set-executionpolicy…-scope\s+localmachine…(?:unrestricted|bypass)|protectedview…disable\w+…\b1\b`,
    ),
    unless: /^(?:reg(?:\.exe)? query|get-|write-)/,
  },
  {
    rule: ruleOf('windows.firewall-opened', 'privilege_escalation', 'high', 'a firewall rule of Windows that lets in remote desktops, administration, databases or any port', cmd('netsh advfirewall firewall add rule name="x" dir=in action=allow protocol=TCP localport=3389'), cmd('netsh advfirewall firewall add rule name="web" dir=in action=allow protocol=TCP localport=8080'), `${T}T1562.004`),
    literals: ['advfirewall', 'netfirewallrule', 'portopening'],
    pattern: pattern(
      String.raw`firewall\s+add\s+rule\b(?=…\bdir=in)(?=…\baction=allow)(?:…\blocalport=(?:\d{1,5},)*${GUARDED_PORT}\b|…\bprogram=\S*(?:\\temp\\|users\\public|appdata|programdata|downloads))|new-netfirewallrule\b(?=…inbound)(?=…allow)(?:…-localport\s+(?:\d{1,5},\s?)*${GUARDED_PORT}\b|…-program\s+\S*(?:\\temp\\|users\\public|appdata|downloads))|(?:enable|set)-netfirewallrule…remote (?:desktop|administration|management|service)|firewall\s+(?:add|set)\s+portopening\s…\b${GUARDED_PORT}\b`,
    ),
  },
  {
    rule: ruleOf('windows.hidden-elevation', 'privilege_escalation', 'high', 'a script host started as administrator in a hidden window', powershell('Start-Process powershell -Verb RunAs -WindowStyle Hidden'), powershell('Start-Process msiexec -Verb RunAs -Wait'), `${T}T1548.002, T1564.003`),
    literals: ['runas'],
    pattern: pattern(String.raw`(?:start-process|\bsaps\b|\bstart\b)\s(?=…(?:powershell|pwsh|cmd|wscript|mshta|rundll32))(?=…-verb\s+runas)…-w(?:indowstyle)?\s+(?:hidden|1)\b|shellexecute…runas…\b0\b`),
  },
  {
    rule: ruleOf('windows.uac-bypass', 'privilege_escalation', 'high', 'a way around the question that Windows asks before it gives administrator’s rights', cmd('reg add hkcu\\software\\classes\\ms-settings\\shell\\open\\command /ve /d "cmd.exe" /f'), cmd('reg query hkcu\\software\\classes\\ms-settings'), `${T}T1548.002`),
    literals: ['mscfile', 'ms-settings', 'exefile\\shell', 'folder\\shell', 'delegateexecute', 'fodhelper', 'computerdefaults', 'sdclt', 'slui', 'silentcleanup', 'cmstp', 'wsreset', 'akagi', 'uacme', 'eventvwr', 'uacdisable', 'enablelua', 'consentpromptbehavior', 'bypassuac', 'uacbypass', 'environment', 'perfmon', 'changepk', 'dccw', 'icmluautil', 'mockdir', '\\\\windows \\'],
    pattern: pattern(
      String.raw`(?:mscfile|ms-settings|exefile|\\folder|appx[a-z0-9]{20,40}|launcher\.systemsettings)\\shell\\(?:open|runas)\\command|delegateexecute|@(fodhelper|computerdefaults|sdclt|wsreset|changepk)|@(cmstp)\s…/(?:au|s)\b|akagi|uacme|uacdisablenotify|enablelua…\b0\b|consentpromptbehavioradmin…\b0\b|(?:bypass-?uac|uac-?bypass)|silentcleanup…(?:/i|/run)|hkcu\\environment…\bwindir\b|icmluautil|(?:start-process|^|\s)\S{0,40}eventvwr(?:\.exe|\.msc)?\s*$`,
    ),
    unless: /^(?:reg(?:\.exe)? query|get-)/,
  },
  {
    rule: ruleOf('windows.admin-group', 'privilege_escalation', 'high', 'an account made administrator of a machine, domain, tenant or mailbox', powershell('Add-ADGroupMember -Identity "Domain Admins" -Members svc'), powershell('Get-ADGroupMember -Identity "Domain Admins"'), `${T}T1098`),
    literals: ['localgroup', 'net group', 'net1 group', 'group "', 'groupmember', 'rolemember', 'roleassignment', 'mailboxpermission', 'rolegroup', 'azureaddirectoryrole', 'principalgroup', 'permissiongrant', 'domain admins', 'managementrole', 'connect-azuread', 'connect-azaccount', 'aadinternals', 'aadint', 'adfs'],
    pattern: pattern(
      String.raw`@(net1?)\s+localgroup\s…(?:administrat|remote desktop|remote management|backup operators)…/add|@(net1?)\s+group\s…admins…/add|add-localgroupmember…(?:administrat|remote desktop|s-1-5-32-544|backup operators|hyper-v)|add-(?:adgroupmember|adprincipalgroupmembership)…(?:admins?\b|administrators|operators)|add-(?:azureaddirectoryrolemember|msolrolemember|rolegroupmember|mgdirectoryrolemember|azureadgroupmember|azureadserviceprincipalowner|azureadapplicationowner)|new-(?:azroleassignment|azureadmsroleassignment|mgrolemanagementdirectoryroleassignment|managementroleassignment|azureadmsrole\w*|azurermroleassignment)|add-mailboxpermission…fullaccess|add-recipientpermission|add-mailboxfolderpermission|convertto-aadintbackdoor|new-adtrust|set-adaccountcontrol…(?:trustedfordelegation|doesnotrequirepreauth)|set-aduser…-replace`,
    ),
  },
  {
    rule: ruleOf('windows.protection-off', 'privilege_escalation', 'high', 'virus protection, firewall, auditing or another safeguard of Windows switched off', powershell('Set-MpPreference -DisableRealtimeMonitoring $true'), powershell('Get-MpPreference'), `${T}T1562`),
    literals: ['mppreference', 'windows-defender', 'windows defender', 'windefend', 'defender', 'wscsvc', 'sysmon', 'mcafee', 'sentinel', 'falcon', 'carbonblack', 'sophos', 'symantec', 'avast', 'bitdefender', 'kaspersky', 'eset', 'malwarebytes', 'stop-service', 'remove-service', 'net stop', 'sc stop', 'sc delete', 'taskkill', 'stop-process', 'advfirewall', 'netfirewall', 'firewall set', 'antispyware', 'amsi', 'autologger', 'etwenabled', 'wevtutil', 'auditpol', 'deviceguard', 'security center', 'runasppl', 'channelaccess', 'mpcmdrun', 'fltmc', 'testsigning', 'nointegritychecks', 'safeboot', 'accountlockfailures', 'autoadminlogon', 'grouppolicyrefresh', 'smartscreen', 'eventlog', 'winevt', 'scriptblocklogging', 'wdigest', 'uselogoncredential', 'disablenotifications', 'lsacfgflags', 'credentialguard', 'unload', 'set-advancedsetting', 'psloggedon', 'inv-phantom', 'module logging', 'advancedrun', 'disabletaskmgr', 'enablefirewall', 'disableregistrytools', 'nofilewall', 'tamperprotection', 'dism', '-version 2', '-v 2'],
    pattern: pattern(
      String.raw`set-mppreference…-(?:disable\w+\s+(?:\$?true|1)|\w*threatdefaultaction|mapsreporting\s+(?:disabled|0)|submitsamplesconsent|puaprotection\s+(?:disabled|0)|enablecontrolledfolderaccess\s+disabled)|add-mppreference…-(?:exclusion|controlledfolderaccessallowed|attacksurface\w+)|remove-mppreference|(?:disable-windowsoptionalfeature|uninstall-windowsfeature|remove-windowsfeature)…defender|@(dism)\s…disable-feature…defender|(?:@(sc)\s…(?:stop|delete|config|pause|sdset)\b|@(net1?)\s+stop\b|stop-service|remove-service|set-service…disabled|suspend-service|@(taskkill)\s|stop-process|uninstall\b|advancedrun…)…${PROTECTORS}|rmdir…windows defender|advfirewall\s+(?:set\s+\S+\s+state\s+off|reset|firewall\s+set\s+rule…remote…enable=yes)|@(sysmon|sysmon64)\s…-u\b|@(powershell)\s…-v(?:ersion)?\s+2\b|@(netsh)\s+firewall\s+set\s+opmode\s+(?:mode=)?disable|set-netfirewallprofile…-enabled\s+\$?false|(?:disableantispyware|disableantivirus|disablerealtimemonitoring|disablebehaviormonitoring|disableioavprotection|disablescriptscanning|disableonaccessprotection|disablenotifications)…\b1\b|tamperprotection…\b[04]\b|windowsfirewall\\…enablefirewall…\b0\b|(?:standard|domain|public)profile\\?…enablefirewall…\b0\b|amsiinitfailed|amsiutils|amsiscanbuffer|amsienable…\b0\b|amsi\\providers|autologger\\…\b0\b|(?:complus_|dotnet_)?etwenabled…\b0\b|@(wevtutil)\s+(?:sl|set-log)\s…/e:f|@(auditpol)\s…(?:/clear|/remove|disable)|deviceguard\\?…\b0\b|hypervisorenforcedcodeintegrity|security center…(?:disablenotify|override)…\b1\b|runasppl…\b0\b|lsacfgflags…\b0\b|channelaccess|@(mpcmdrun)\s…-removedefinitions|@(fltmc)\s+unload|@(bcdedit)\s…(?:testsigning\s+on|nointegritychecks\s+on|safeboot)|accountlockfailures|autoadminlogon…\b1\b|winlogon…defaultpassword|grouppolicyrefreshtime|smartscreenenabled…off|enablesmartscreen…\b0\b|scriptblocklogging…\b0\b|uselogoncredential…\b1\b|inv-phantom|unload\s+driver|disable(?:taskmgr|registrytools|cmd)\b…\b1\b|set-advancedsetting`,
    ),
    unless: /^(?:reg(?:\.exe)? query|get-(?!advancedsetting)|write-(?:host|output|verbose)|\$\w+ ?= ?get-)/,
  },
  {
    rule: ruleOf('windows.token-theft', 'privilege_escalation', 'high', 'a process started with the rights of another one or of the system', cmd('psexec.exe -accepteula -s cmd.exe'), cmd('psexec.exe \\\\build-2 hostname'), `${T}T1134`),
    literals: ['psexec', 'paexec', 'ppid', 'underspecificparent', 'token::', 'potato', 'printspoofer', 'savecred', 'tokenmanipulation', 'getsystem', 'sedebug', 'incognito', 'createprocesswith', 'advancedrun', 'impersonat', 'powerup', 'invoke-allchecks', 'winpeas', 'sharpup', 'seatbelt', 'privesc', 'safedump', 'kittiedump', 'winpwn', 'bloodhound', 'sharphound', 'powerview', 'cobaltstrike', 'metasploit', 'meterpreter', 'watson.exe', 'juicy'],
    pattern: pattern(
      String.raw`@(psexec|psexec64|paexec)\s(?:…\s)?[-/]s\b|ppid-?spoof|start-athprocessunderspecificparent|token::(?:elevate|run)|(?:juicy|sweet|rogue|god|rotten|hot|efs|bad|print|local|remote)potato|printspoofer|@(runas)\s…/savecred|invoke-(?:tokenmanipulation|allchecks|privesccheck|privesc\w*|bypassuac|bloodhound|sharphound|phant0m|reflectivepeinjection|shellcode|dllinjection)|getsystem|sedebugprivilege|incognito…(?:execute|list_tokens)|advancedrun…/runas|createprocesswith(?:token|pipe|logon)|@(winpeas\w*|sharpup|seatbelt|powerup|watson|sharphound|cobaltstrike|meterpreter)|sharphound\.ps1|powerup\.ps1|powerview\.ps1|(?:safedump|obfuskittiedump|kittiedump|winpwn)\b`,
    ),
  },
  {
    rule: ruleOf('windows.take-ownership', 'privilege_escalation', 'high', 'system files or services taken over by changing their owner or rights', cmd('takeown /f C:\\Windows\\System32\\sethc.exe'), cmd('icacls C:\\app\\logs /grant Users:R'), `${T}T1222.001`),
    literals: ['takeown', 'icacls', 'cacls', 'set-acl', 'subinacl'],
    pattern: pattern(String.raw`@(takeown)\s…(?:\\windows|system32|c:\\?\s|c:\\?$|program files|/r\b)|@(icacls|cacls|xcacls)\s…(?:c:\\?\s|\\windows|system32|program files)…(?:/grant|/e|/g|/setowner|/reset)|@(icacls)\s…/grant\s…everyone:\(?(?:\w+\)\(){0,3}f|set-acl…(?:services\\|\\windows\\)`),
  },
];
