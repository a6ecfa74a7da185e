import { cmd, powershell, ruleOf } from '../examples.ts';
import { pattern } from './pattern.ts';
import type { WindowsRule } from './rule.ts';

const T = 'MITRE ATT&CK ';
/** Roots whose loss is the loss of a machine or a person's work. */
const ROOTS = String.raw`(?:[a-z]:[\\/]?(?:\*(?:\.\*)?)?|[a-z]:[\\/](?:windows|users|program ?files(?: \(x86\))?|programdata|documents and settings|boot|inetpub|system volume information|backups?|shares?|data(?:bases?)?|sqldata|mssql|\$recycle\.bin)(?:[\\/](?:\*(?:\.\*)?|u|[a-z0-9._-]{1,30}|system32|system32[\\/]\S*))?[\\/]?(?:\*(?:\.\*)?)?|\\\\[a-z0-9._-]+\\[a-z0-9.$_-]+\\?\*?|~[\\/]?\*?|\$home[\\/]?\*?|/\*?|hk(?:lm|cu|cr|u)\\(?:software|system|sam|security)?\\?\*?)`;

/** Values of the registry by which Windows stops guarding itself when they are 0, and those that do so at 1. */
const GUARDS = String.raw`enablefirewall|enablelua|enablesmartscreen|smartscreenenabled|tamperprotection|enabled|runasppl|enableeventlogging|enablescriptblocklogging|enablemodulelogging`;
const SWITCHES = String.raw`disableantispyware|disableantivirus|disablerealtimemonitoring|disablebehaviormonitoring|disableioavprotection|disableonaccessprotection|disablescanonrealtimeenable|disableconfig|disablesr|disabletaskmgr|disableregistrytools|disablecmd|noclose|start`;

export const destructionRules: readonly WindowsRule[] = [
  {
    rule: ruleOf('windows.guard-off', 'destructive_command', 'high', 'firewall, antivirus, audit or event tracing of Windows switched off', cmd('reg add HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile /v EnableFirewall /t REG_DWORD /d 0 /f'), cmd('reg query HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile /v EnableFirewall'), `${T}T1562`),
    literals: ['reg add', 'reg.exe add', 'set-itemproperty', 'new-itemproperty', 'auditpol', 'advfirewall', 'netfirewallprofile', 'logman', 'set-mppreference', 'manage-bde', 'disable-bitlocker', 'sc config', 'eventlog', 'uninstall-windowsfeature', 'fltmc', 'mpcmdrun', 'wevtutil'],
    pattern: pattern(
      String.raw`(?:@(reg)\s+add|(?:set|new)-itemproperty)…(?:firewall|defender|policies\\system|eventlog|winevt|lsa|powershell\\|systemrestore|smartscreen)…(?:(?:/v|-name)\s+(?:${GUARDS})\b…(?:/d|-value)\s+(?:0x)?0\b|(?:/v|-name)\s+(?:${SWITCHES})\b…(?:/d|-value)\s+(?:0x)?[14]\b)|@(auditpol)\s…(?:/clear|/remove|(?:success|failure):disable)|advfirewall\s+set\s+\S+\s+state\s+off|firewall\s+set\s+opmode\s+…disable|set-netfirewallprofile…-enabled\s+(?:false|\$false|0)|@(logman)\s+(?:stop|delete)\s…(?:eventlog|defender|sysmon|security|trace)|@(manage-bde)\s…(?:-off|-forcerecovery|-delete)|disable-bitlocker|@(fltmc)\s+unload|@(mpcmdrun)\s…-removedefinitions|uninstall-windowsfeature…defender|@(wevtutil)\s+sl\s…/e:false`,
    ),
  },
  {
    rule: ruleOf('windows.files-locked', 'destructive_command', 'high', 'files of Windows packed or encrypted with a password and the originals deleted, as ransomware does', cmd('for /r C:\\Users %f in (*.docx) do 7z a -pS3cret -sdel "%f.7z" "%f"'), cmd('7z a -pS3cret backup.7z C:\\Work'), `${T}T1486`),
    literals: ['-sdel', 'cipher', 'encrypt', '.locked', '-df', 'manage-bde', 'ransom', 'aescryptoserviceprovider', 'rijndaelmanaged', 'cryptostream'],
    pattern: pattern(String.raw`@(7z|7za|7zz)\s+a\s…-p\S+…-sdel\b|@(7z|7za|7zz)\s+a\s…-sdel\b…-p\S+|@(rar|winrar)\s+(?:a|m)\s…-(?:hp|p)\S+…-df\b|@(cipher)\s+/e\s…/s:|(?:rename-item|ren|move-item|\.movefile|\.move)…\.(?:locked|encrypted|crypt|enc)\b|(?:all )?(?:of )?your (?:files|data|documents) (?:have been|were|are)(?: now)? (?:encrypted|locked)`),
  },
  {
    rule: ruleOf('windows.wipe-volume', 'destructive_command', 'critical', 'a disk, partition or volume formatted, cleared or overwritten', powershell('Format-Volume -DriveLetter C -Force -Confirm:$false'), powershell('Get-Volume | Format-Table DriveLetter'), `${T}T1561`),
    literals: ['format ', 'format-volume', 'format.com', 'clear-disk', 'diskpart', 'remove-partition', 'initialize-disk', 'cipher', 'physicaldrive', 'sdelete', 'clean all', 'reset-physicaldisk', 'remove-volume', 'remove-vm'],
    pattern: pattern(
      String.raw`@(format|format\.com)\s+(?:/\S+\s+)*[a-z]:|format-volume\b|clear-disk\b|reset-physicaldisk|remove-(?:partition|virtualdisk|storagepool)\b|initialize-disk\b…-partition|(?:^|\|)\s*(?:echo\s+)?(?:select disk \d|clean(?: all)?)(?:\s|$)|@(diskpart)\s…/s|@(diskpart)…clean|clean…\|\s*diskpart|@(cipher)\s…/w|\\\\\.\\physicaldrive\d|@(sdelete|sdelete64)\s`,
    ),
  },
  {
    rule: ruleOf('windows.delete-backups', 'destructive_command', 'critical', 'shadow copies, backups or recovery of Windows removed', cmd('vssadmin delete shadows /all /quiet'), cmd('vssadmin list shadows'), `${T}T1490`),
    literals: ['shadow', 'wbadmin', 'bcdedit', 'computerrestore', 'reagentc', 'usn delete', 'deletejournal', 'systemrestore', '.vhd', '.bkf', '.bak', 'recoveryenabled', 'restorepoint', 'disablesr', 'disableconfig'],
    pattern: pattern(
      String.raw`@(vssadmin)\s+(?:delete\s+shadows|resize\s+shadowstorage)|shadowcopy\s+(?:delete|where…delete)|win32_shadowcopy…(?:delete|remove)|(?:delete|remove)…win32_shadowcopy|@(wbadmin)\s+(?:delete|disable|stop)|@(bcdedit)\s…(?:recoveryenabled\s+(?:no|off|0)|ignoreallfailures|/delete\s)|disable-computerrestore|@(reagentc)\s+/disable|usn\s+deletejournal|systemrestore…(?:/disable|disable)|(?:disablesr|disableconfig)…\b1\b|@(del|erase|remove-item|rm)\s…\*\.(?:vhdx?|bkf|bak|wbcat|win|set|dsk)\b|@(diskshadow)…delete shadows`,
    ),
  },
  {
    rule: ruleOf('windows.delete-tree', 'destructive_command', 'critical', 'recursive deletion of a drive, of Windows, of homes or of a share', cmd('del /f /s /q C:\\*'), powershell('Remove-Item -Recurse -Force .\\build'), `${T}T1485`),
    literals: ['del ', 'erase ', 'rmdir', 'rd ', 'remove-item', 'rm ', 'deltree', 'ri ', 'robocopy', 'directory]::delete', 'file]::delete', 'reg delete', 'reg.exe delete'],
    pattern: pattern(
      String.raw`@(del|erase)\s+(?=…[/-][sfq])…\s${ROOTS}(?:\s|$|\|)|@(del|erase)\s+(?=…[/-]s)…\s[a-z]:\\(?:users|data|shares?|inetpub|backups?)\S{0,40}\\\*\.(?:docx?|xlsx?|pptx?|pdf|jpe?g|png|pst|ost|mdf|ldf|sql|bak|vhdx?|zip|db)\b|@(rmdir|rd|deltree)\s+(?=…[/-]s)…\s?${ROOTS}(?:\s|$|\|)|@(remove-item|rm|ri|del|erase|rmdir|rd)\s+(?=…-r(?:ec\w*)?\b)(?:-\S+\s+|-(?:path|literalpath|include|exclude)\s+){0,8}${ROOTS}(?:\s|$|\||,)|(?:get-childitem|gci|dir|ls)\s+(?:-\S+\s+){0,6}${ROOTS}\s…\|\s*(?:remove-item|ri|rm|del)\b|@(robocopy)\s…/(?:mir|purge)…\s?[a-z]:\\?\s|directory\]?::delete\(\s*[a-z]:\\(?:windows|users)?|file\]?::delete\(\s*[a-z]:\\windows\\|@(reg)\s+delete\s+hk(?:lm|cr|u)\\(?:software|system|sam|security)(?:\\(?:currentcontrolset(?:\\(?:services|control(?:\\safeboot)?))?|microsoft(?:\\windows(?: nt)?)?|classes))?\s…/f`,
    ),
  },
  {
    rule: ruleOf('windows.clear-logs', 'destructive_command', 'high', 'event logs or the shell’s history erased or switched off', cmd('wevtutil cl System'), cmd('wevtutil qe System /c:5'), `${T}T1070`),
    literals: ['wevtutil', 'clear-eventlog', 'remove-eventlog', 'clear-winevent', '.evtx', 'clearlog', 'historysavestyle', 'addtohistory', 'consolehost_history', 'clear-history', 'historysavepath', 'maximumhistorycount', 'deletejournal', 'limit-eventlog', '\\prefetch'],
    pattern: pattern(String.raw`@(wevtutil)\s+(?:cl|clear-log)\b|(?:clear|remove)-eventlog|clear-winevent|(?:del|erase|remove-item|rm)\b…(?:\.evtx|winevt\\logs|consolehost_history|\\prefetch\\|historysavepath)|\.clearlog\(|-historysavestyle\s+savenothing|-addtohistoryhandler|clear-history\b`),
  },
  {
    rule: ruleOf('windows.mass-removal', 'destructive_command', 'high', 'accounts, machines, services or cloud resources removed or shut down by force', powershell('Get-ADUser -Filter * | Remove-ADUser -Confirm:$false'), powershell('Get-ADUser -Filter * | Measure-Object'), `${T}T1531, T1489`),
    literals: ['remove-ad', 'remove-az', 'remove-vm', 'remove-mg', 'remove-msol', 'remove-localuser', 'disable-ad', '/delete', '/del', 'shutdown', 'stop-computer', 'taskkill', 'stop-vm', 'sc.exe stop', 'sc stop', 'net stop', 'stop-service', 'remove-mailbox', 'remove-database', 'reset-computer', 'esx', 'set-adaccountpassword', 'clear-recyclebin', 'wmic', 'sc delete', 'remove-gpo', 'sdset', 'sc config', 'sc.exe config', 'start=', 'stop-az', 'remove-', 'disable-', 'stop-process', 'stop-service', 'unregister-', 'call uninstall', 'schtasks'],
    pattern: pattern(
      String.raw`remove-(?:aduser|adcomputer|adgroup|adobject|adorganizationalunit|az(?:resource(?:group)?|vm(?:ss)?|sql\w*|storage\w*|keyvault\w*|eventhub\w*|servicebus\w*|disk|snapshot|aks\w*|cosmosdb\w*|recovery\w*|backup\w*|operationalinsights\w*|diagnosticsetting|networkwatcher\w*|firewall\w*|dns\w*|webapp|functionapp|automation\w*|loganalytics\w*|redis\w*|postgres\w*|mysql\w*|containerregistry|roleassignment)|msoluser|mguser|mgdevice|azureaduser|mailbox\w*|vm|vmsnapshot|vmhost|gpo|cluster\w*|s3bucket|ec2instance|rds\w*|dba(?:database|login)|sqldatabase|spsite|sposite|team|unifiedgroup|exchange\w*|transportrule|retention\w*)\b|stop-vm\b…-(?:turnoff|force)|disable-netadapter\s…(?:\*|-confirm:?\$?false)|remove-wb\w+\s…-force|@(schtasks)\s…/delete\s…/tn \*|@(wmic)\s+product\s…(?:sophos|defender|symantec|mcafee|sentinel|crowdstrike|carbon|eset|kaspersky|antivirus|endpoint|security)…call uninstall|(?:get-(?:vm|azvm|service|process|aduser|mailbox|scheduledtask|wbbackupset|azresource\w*)\b(?: -filter \*| \*)?) \| (?:stop|remove|disable)-\w+|@(sc)\s+(?:\\\\\S+\s+)?sdset\b|@(sc)\s+(?:\\\\\S+\s+)?config\s+(?:windefend|wuauserv|vss|eventlog|sense|mpssvc|wscsvc|sdrsvc|swprv|mssql\S*|backup\S*|veeam\S*)\s+start= ?disabled(?!…-whatif)|remove-adgroupmember…admins|disable-adaccount|@(net1?)\s+user\s…/del(?:ete)?\b|remove-localuser|@(shutdown)\s+(?=…[/-][sp]\b)|stop-computer\b|@(taskkill)\s…/im\s+(?:\*|explorer|csrss|winlogon|svchost|sqlservr|lsass)|(?:@(net1?)\s+stop|@(sc)\s+(?:\\\\\S+\s+)?(?:stop|delete)|stop-service)\s…(?:spooler|mssql|sqlserver|mysql|oracle|exchange|iisadmin|w3svc|vss|backup|veeam|vmtools|netlogon|\*)|@(wmic)\s…\bdelete\b|esx\w*kill|esxcli…kill|@(net1?)\s+user\s+administrator\s+/active:no`,
    ),
  },
];
